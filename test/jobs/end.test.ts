import { expect, test } from "vitest";
import { CAPS, createQueue, existing, newJob, type Queue, queued, status } from "./queue.ts";

const TAKEN_BACK = "`bob` stopped it before an agent began.";
const DONE = { state: "done", words: "All done." } as const;

async function started({ store, owner }: Queue, number = 1): Promise<number> {
  await queued(store, newJob(number));
  const job = await store.claim({ owner, caps: CAPS });
  if (job === undefined) throw new Error("nothing to claim");
  return job.id;
}

/** As if the owner had died and its leases had been taken back. */
async function crash({ leases, owner }: Queue): Promise<void> {
  for (const { resource } of await leases.live()) await leases.release(resource, owner.marker);
}

test("an end stores state and words, releases the lease and says the last words in one go", async () => {
  const queue = createQueue();
  const { store, owner, leases, outbox, clock } = queue;
  const id = await started(queue);
  const job = await existing(store, id);
  clock.now += 5;
  expect(await store.finish(id, owner.marker, DONE, [status(job, DONE.words)])).toBe(true);
  expect(await store.get(id)).toMatchObject({ ...DONE, finishedAt: clock.now });
  expect(await leases.live()).toEqual([]);
  expect(await outbox.find(`status:${id}`)).toMatchObject({ body: DONE.words, version: 2 });
});

test("whoever lost the lease cannot end the job", async () => {
  const queue = createQueue();
  const { store, owner } = queue;
  const id = await started(queue);
  expect(await store.finish(id, "stranger", DONE, [])).toBe(false);
  await crash(queue);
  expect(await store.finish(id, owner.marker, DONE, [])).toBe(false);
  expect(await store.get(id)).toMatchObject({ state: "running" });
});

test("a job ends once", async () => {
  const queue = createQueue();
  const { store, owner } = queue;
  const id = await started(queue);
  await store.finish(id, owner.marker, DONE, []);
  expect(await store.finish(id, owner.marker, { state: "failed", words: "" }, [])).toBe(false);
  expect(await store.finish(id, undefined, { state: "failed", words: "" }, [])).toBe(false);
  expect(await store.get(id)).toMatchObject(DONE);
});

test("notes add up, and a note of the same name is replaced", async () => {
  const queue = createQueue();
  const id = await started(queue);
  await queue.store.note(id, { session: "a", pushed: true });
  await queue.store.note(id, { session: "b" });
  expect((await queue.store.get(id))?.notes).toEqual({ session: "b", pushed: true });
});

test("a job that a crash cut off keeps its place and is resumed once; the second crash ends it with words", async () => {
  const queue = createQueue();
  const { store, owner, outbox } = queue;
  const id = await started(queue);
  await queued(store, newJob(2));
  await crash(queue);
  expect(await store.recover(() => [])).toMatchObject({
    requeued: [{ id, state: "queued" }],
    ended: [],
  });
  expect(await store.claim({ owner, caps: CAPS })).toMatchObject({ id, attempts: 2 });
  await crash(queue);
  const { ended } = await store.recover((job, end) => [status(job, end.words)]);
  expect(ended).toMatchObject([{ id, state: "failed" }]);
  expect((await outbox.find(`status:${id}`))?.body).toMatch(/crash/);
});

test("a job that runs under a living lease is left alone", async () => {
  const queue = createQueue();
  const id = await started(queue);
  expect(await queue.store.recover(() => [])).toEqual({ requeued: [], ended: [] });
  expect(await queue.store.get(id)).toMatchObject({ state: "running" });
});

test("a quick job's crash is noticed too", async () => {
  const queue = createQueue();
  const { store, owner } = queue;
  const id = await queued(store, newJob(1, { lane: "quick", verb: "help" }));
  await store.claim({ owner, caps: CAPS });
  expect(await store.recover(() => [])).toMatchObject({ requeued: [] });
  await crash(queue);
  expect(await store.recover(() => [])).toMatchObject({ requeued: [{ id }] });
});

test("interruptions by a shutdown use up no resume", async () => {
  const queue = createQueue();
  const { store, owner, outbox } = queue;
  const id = await started(queue);
  for (let restart = 0; restart < 3; restart++) {
    const job = await existing(store, id);
    expect(
      await store.interrupt(id, owner.marker, [status(job, `Restart ${restart}.`)], () => []),
    ).toBe(true);
    expect(await store.claim({ owner, caps: CAPS })).toMatchObject({ id, attempts: restart + 2 });
  }
  expect((await outbox.find(`status:${id}`))?.body).toBe("Restart 2.");
  await crash(queue);
  expect(await store.recover(() => [])).toMatchObject({ requeued: [{ id }] });
});

test("a turn that waits goes on when it is due, holds no slot until then, and can be stopped", async () => {
  const queue = createQueue();
  const { store, owner, clock } = queue;
  const id = await started(queue);
  await store.interrupt(id, owner.marker, [], () => [], 60_000);
  const other = await queued(store, newJob(2));
  const caps = { dev: 1, pm: 1 };
  expect(await store.claim({ owner, caps })).toMatchObject({ id: other });
  await store.finish(other, owner.marker, { state: "done", words: "" }, []);
  clock.now += 59_999;
  expect(await store.claim({ owner, caps })).toBeUndefined();
  clock.now += 1;
  expect(await store.claim({ owner, caps })).toMatchObject({ id, attempts: 2 });
  await store.interrupt(id, owner.marker, [], () => [], 60_000);
  expect(await store.stop(id, "bob", () => [])).toBe("stopped");
});

test("a turn that somebody stopped while it was interrupted is over", async () => {
  const queue = createQueue();
  const { store, owner, outbox } = queue;
  const id = await started(queue);
  await store.stop(id, "bob", () => []);
  await store.interrupt(id, owner.marker, [], (job, end) => [status(job, end.words)]);
  expect(await store.get(id)).toMatchObject({ state: "stopped", words: TAKEN_BACK });
  expect(await outbox.find(`status:${id}`)).toMatchObject({ body: TAKEN_BACK });
});

test("a waiting job is stopped at once and says so; its held acknowledgement never goes out before that", async () => {
  const { store, outbox } = createQueue();
  const id = await queued(store, newJob(1));
  expect(await store.stop(id, "bob", (job, end) => [status(job, end.words)])).toBe("stopped");
  expect(await store.get(id)).toMatchObject({ state: "stopped", words: TAKEN_BACK });
  expect(await outbox.find(`status:${id}`)).toMatchObject({
    body: TAKEN_BACK,
    state: "due",
  });
  expect(await store.stop(id, "bob", () => [])).toBe("over");
  expect(await store.stop(999, "bob", () => [])).toBe("over");
});

test("a stop of a running job is kept for its worker, and outlives a crash", async () => {
  const queue = createQueue();
  const { store } = queue;
  const id = await started(queue);
  expect(await store.stopsAsked([id])).toEqual(new Map());
  expect(await store.stop(id, "bob", () => [])).toBe("stopping");
  expect(await store.stopsAsked([id])).toEqual(new Map([[id, "bob"]]));
  await crash(queue);
  expect(await store.recover(() => [])).toMatchObject({
    requeued: [],
    ended: [{ id, state: "stopped" }],
  });
});

test("a list tells of each job what little it takes to speak of it", async () => {
  const { store, owner } = createQueue();
  const { ref, ...said } = newJob(1, {
    verb: undefined,
    word: "fxi",
    message: "now",
    context: "c",
  });
  const id = await queued(store, { ref, ...said });
  await store.claim({ owner, caps: CAPS });
  expect(await store.list({ ref })).toEqual([
    {
      id,
      ref,
      lane: "dev",
      verb: undefined,
      word: "fxi",
      message: "now",
      context: "c",
      state: "running",
      attempts: 1,
      createdAt: 1_000_000,
      admittedAt: 1_000_000,
      startedAt: 1_000_000,
      finishedAt: undefined,
    },
  ]);
});

test("jobs are listed newest first, by issue and state", async () => {
  const queue = createQueue();
  const { store } = queue;
  const running = await started(queue);
  const waiting = await queued(store, newJob(1));
  await queued(store, newJob(2));
  const { ref } = newJob(1);
  expect((await store.list({ ref })).map(({ id }) => id)).toEqual([waiting, running]);
  expect((await store.list({ ref, states: ["running"] })).map(({ id }) => id)).toEqual([running]);
  expect(await store.list({ lanes: ["pm"] })).toEqual([]);
  expect(await store.list({ limit: 1 })).toHaveLength(1);
});
