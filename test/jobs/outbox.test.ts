import { expect, test } from "vitest";
import type { Message, NewMessage } from "../../src/jobs/message.ts";
import { temporaryFile } from "../kugetsu/db/open.ts";
import { CAPS, createQueue, INTERVAL_MS, newJob, type Queue, queued } from "./queue.ts";

function message(key: string, change: Partial<NewMessage> = {}): NewMessage {
  return {
    key,
    forge: "gitea",
    kind: "status",
    target: { owner: "ann", name: "app", number: 1 },
    body: "a",
    ...change,
  };
}

const ISSUE_2 = { owner: "ann", name: "app", number: 2 };

async function claimed({ outbox, owner }: Queue): Promise<Message> {
  const next = await outbox.claim(owner);
  if (next === undefined) throw new Error("nothing is due");
  return next;
}

async function post(queue: Queue, remoteId: number): Promise<string> {
  const next = await claimed(queue);
  await queue.outbox.sent(next, queue.owner, remoteId);
  return next.body;
}

test("a status is posted once and edited from then on", async () => {
  const queue = createQueue();
  const { outbox, owner } = queue;
  await outbox.put([message("s")]);
  const first = await claimed(queue);
  expect(first).toMatchObject({ remoteId: undefined, maybePosted: false, version: 1 });
  await outbox.sent(first, owner, 77);
  expect(await outbox.claim(owner)).toBeUndefined();
  await outbox.put([message("s", { body: "b" })]);
  expect(await claimed(queue)).toMatchObject({
    remoteId: 77,
    body: "b",
    version: 2,
    maybePosted: false,
  });
});

test("edits that are not urgent are put together until the interval is over; an urgent one goes at once", async () => {
  const queue = createQueue();
  const { outbox, owner, clock } = queue;
  await outbox.put([message("s", { urgent: false })]);
  expect(await post(queue, 77)).toBe("a");
  for (const body of ["b", "c", "d"]) await outbox.put([message("s", { body, urgent: false })]);
  clock.now += INTERVAL_MS - 1;
  expect(await outbox.claim(owner)).toBeUndefined();
  clock.now += 1;
  expect(await post(queue, 77)).toBe("d");
  await outbox.put([message("s", { body: "e", urgent: true })]);
  await outbox.put([message("s", { body: "f", urgent: false })]);
  expect(await post(queue, 77)).toBe("f");
  expect(await outbox.counts()).toEqual({ due: 0, dead: 0 });
});

test("a status that comes late does not take the place of the final one; what tells of the end may", async () => {
  const queue = createQueue();
  const { store, outbox, owner } = queue;
  const id = await queued(store, newJob(1));
  await store.claim({ owner, caps: CAPS });
  const key = `status:${id}`;
  await outbox.put([message(key, { body: "Working." })], id);
  await store.finish(id, owner.marker, { state: "done", words: "" }, [
    message(key, { body: "Done." }),
  ]);
  for (const urgent of [true, false])
    await outbox.put([message(key, { body: "Working.", urgent })], id);
  expect(await outbox.find(key)).toMatchObject({ body: "Done." });
  await outbox.put([message("told", { kind: "comment" })], id);
  expect(await outbox.find("told")).toBeDefined();
});

test("the same text again is no edit, unless it makes a waiting one urgent", async () => {
  const queue = createQueue();
  const { outbox, owner } = queue;
  await outbox.put([message("s")]);
  await post(queue, 77);
  await outbox.put([message("s")]);
  expect(await outbox.claim(owner)).toBeUndefined();
  await outbox.put([message("s", { body: "b", urgent: false })]);
  expect(await outbox.claim(owner)).toBeUndefined();
  await outbox.put([message("s", { body: "b" })]);
  expect(await post(queue, 77)).toBe("b");
});

test("a newer text that comes while the older one is on its way is sent after it, urgent or not", async () => {
  const queue = createQueue();
  const { outbox, owner, clock } = queue;
  await outbox.put([message("s")]);
  const first = await claimed(queue);
  await outbox.put([message("s", { body: "b", urgent: false })]);
  expect(await outbox.claim(owner)).toBeUndefined();
  await outbox.sent(first, owner, 77);
  expect(await outbox.claim(owner)).toBeUndefined();
  clock.now += INTERVAL_MS;
  const second = await claimed(queue);
  expect(second).toMatchObject({ body: "b", remoteId: 77 });
  await outbox.put([message("s", { body: "c" })]);
  await outbox.sent(second, owner, undefined);
  expect(await claimed(queue)).toMatchObject({ body: "c", remoteId: 77 });
});

test("what is said once is not said again, and may change until it goes out", async () => {
  const queue = createQueue();
  const { outbox, owner } = queue;
  await outbox.put([message("c", { kind: "comment" })]);
  await outbox.put([message("c", { kind: "comment", body: "b" })]);
  expect(await post(queue, 5)).toBe("b");
  await outbox.put([message("c", { kind: "comment", body: "c" })]);
  expect(await outbox.claim(owner)).toBeUndefined();
});

test("one issue's messages go in order, one at a time; another issue's beside them", async () => {
  const queue = createQueue();
  const { outbox, owner } = queue;
  await outbox.put([message("1a"), message("1b"), message("2a", { target: ISSUE_2 })]);
  const first = await claimed(queue);
  const other = await claimed(queue);
  expect([first.key, other.key]).toEqual(["1a", "2a"]);
  expect(await outbox.claim(owner)).toBeUndefined();
  await outbox.sent(first, owner, 1);
  expect((await claimed(queue)).key).toBe("1b");
});

test("while a message is tried again, what follows it for the same issue waits", async () => {
  const queue = createQueue();
  const { outbox, owner, clock } = queue;
  await outbox.put([message("1a"), message("1b"), message("2a", { target: ISSUE_2 })]);
  const first = await claimed(queue);
  await outbox.postpone(first, owner, { dueAt: clock.now + 1_000, why: "It is away." });
  expect((await claimed(queue)).key).toBe("2a");
  expect(await outbox.claim(owner)).toBeUndefined();
  clock.now += 1_000;
  expect(await claimed(queue)).toMatchObject({ key: "1a", attempts: 2 });
});

test("a status that waits for its interval holds up nobody", async () => {
  const queue = createQueue();
  const { outbox } = queue;
  await outbox.put([message("1a")]);
  await post(queue, 1);
  await outbox.put([message("1a", { body: "b", urgent: false }), message("1b")]);
  expect((await claimed(queue)).key).toBe("1b");
});

test("a message that is given up makes way for the next one", async () => {
  const queue = createQueue();
  const { outbox, owner } = queue;
  await outbox.put([message("1a"), message("1b")]);
  expect(await outbox.giveUp(await claimed(queue), owner, { gone: false, why: "No." })).toBe(false);
  expect((await claimed(queue)).key).toBe("1b");
  expect(await outbox.counts()).toMatchObject({ dead: 1 });
});

test("a given-up status is not tried for every step, but once more for an urgent word", async () => {
  const queue = createQueue();
  const { outbox, owner } = queue;
  await outbox.put([message("s")]);
  await outbox.giveUp(await claimed(queue), owner, { gone: false, why: "No." });
  await outbox.put([message("s", { body: "b", urgent: false })]);
  expect(await outbox.claim(owner)).toBeUndefined();
  await outbox.put([message("s", { body: "final" })]);
  expect(await claimed(queue)).toMatchObject({ body: "final" });
});

test("a status whose comment was deleted is posted anew, once", async () => {
  const queue = createQueue();
  const { outbox, owner } = queue;
  await outbox.put([message("s")]);
  await post(queue, 77);
  await outbox.put([message("s", { body: "b" })]);
  expect(await outbox.giveUp(await claimed(queue), owner, { gone: true, why: "It is gone." })).toBe(
    true,
  );
  const anew = await claimed(queue);
  expect(anew).toMatchObject({ remoteId: undefined, maybePosted: false, body: "b" });
  await outbox.sent(anew, owner, 78);
  await outbox.put([message("s", { body: "c" })]);
  expect(await outbox.giveUp(await claimed(queue), owner, { gone: true, why: "It is gone." })).toBe(
    false,
  );
});

test("where a name may be another repository's by now, the message tells whose it was", async () => {
  const queue = createQueue();
  const { outbox, owner, store } = queue;
  const job = await queued(store, newJob(1));
  const first = await claimed(queue);
  expect(first).toMatchObject({ jobId: job, repositoryId: undefined });
  await outbox.sent(first, owner, 77);
  await outbox.put([{ ...first, body: "b" }], job);
  await outbox.giveUp(await claimed(queue), owner, { gone: true, why: "It is gone." });
  expect(await claimed(queue)).toMatchObject({ remoteId: undefined, repositoryId: 9 });
});

test("after a crash between the post and its storing, the next try knows that it may have been posted", async () => {
  const file = temporaryFile();
  const before = createQueue(file, "before");
  await before.outbox.put([message("s")]);
  await claimed(before);

  const after = createQueue(file, "after");
  expect(await after.outbox.claim(after.owner)).toBeUndefined();
  // The process of `before` is this one and alive: its death is played by giving its lease back.
  const [lease] = await after.leases.live("outbox");
  await after.leases.release(lease?.resource ?? "", "before");
  expect(await claimed(after)).toMatchObject({ key: "s", attempts: 2, maybePosted: true });
});

test("two connections that claim at once never get the same message", async () => {
  const file = temporaryFile();
  const queues = [createQueue(file, "a"), createQueue(file, "b")];
  const messages = Array.from({ length: 20 }, (_, number) =>
    message(`m${number}`, { target: { ...ISSUE_2, number: number + 1 } }),
  );
  await queues[0]?.outbox.put(messages);
  const claims = await Promise.all(
    Array.from({ length: 40 }, async (_, at) => {
      const queue = queues[at % 2];
      return queue?.outbox.claim(queue.owner);
    }),
  );
  const keys = claims.flatMap((claim) => (claim === undefined ? [] : [claim.key]));
  expect(new Set(keys).size).toBe(20);
  expect(keys).toHaveLength(20);
});

const DAYS_31_MS = 31 * 24 * 60 * 60 * 1000;

test("what went out is forgotten after thirty days, and what nobody could be told in that time", async () => {
  const queue = createQueue();
  const { store, outbox, clock } = queue;
  await outbox.put([message("old")]);
  await post(queue, 1);
  await outbox.put([message("stuck", { target: ISSUE_2 })]);
  clock.now += DAYS_31_MS;
  await outbox.put([message("due", { target: ISSUE_2 })]);
  await store.prune();
  expect(await outbox.find("old")).toBeUndefined();
  expect(await outbox.find("stuck")).toBeUndefined();
  expect(await outbox.find("due")).toBeDefined();
});

test("an old message with new words is due from now on, and goes out", async () => {
  const queue = createQueue();
  const { store, outbox, clock } = queue;
  await outbox.put([message("status:1", { kind: "status", body: "Waits." })]);
  await post(queue, 1);
  clock.now += DAYS_31_MS;
  await outbox.put([message("status:1", { kind: "status", body: "Done." })]);
  await store.prune();
  expect(await outbox.find("status:1")).toMatchObject({ body: "Done.", state: "due" });
});
