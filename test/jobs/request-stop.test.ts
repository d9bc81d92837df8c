import { expect, test } from "vitest";
import {
  accepted,
  CAPS,
  createQueue,
  existing,
  newJob,
  type Queue,
  queued,
  status,
} from "./queue.ts";

const { ref } = newJob(1);
const report = (job: Parameters<typeof status>[0], end: { words: string }) => [
  status(job, end.words),
];

/** A running turn of issue 1, two orders behind it, one of them not admitted, and one of another issue. */
async function busy({ store, owner }: Queue) {
  const running = await queued(store, newJob(1));
  await store.claim({ owner, caps: CAPS });
  const waiting = [await queued(store, newJob(1)), await queued(store, newJob(1))];
  await queued(store, newJob(1, { lane: "quick", verb: "status" }));
  await queued(store, newJob(2));
  return { running, waiting };
}

test("what runs for an issue is told to end, and what waits is left", async () => {
  const queue = createQueue();
  const { store } = queue;
  const { running, waiting } = await busy(queue);
  const request = { by: "bob", waiting: false, report };
  expect(await store.stopIssue(ref, request)).toEqual({
    running: [running],
    waiting: [],
    left: waiting,
  });
  expect(await store.stopsAsked([running, ...waiting])).toEqual(new Map([[running, "bob"]]));
});

test("with what waits, it is over at once and says so", async () => {
  const queue = createQueue();
  const { store, outbox } = queue;
  const { running, waiting } = await busy(queue);
  const request = { by: "the operator", waiting: true, report };
  expect(await store.stopIssue(ref, request)).toEqual({
    running: [running],
    waiting,
    left: [],
  });
  for (const id of waiting) {
    expect(await existing(store, id)).toMatchObject({ state: "stopped" });
    expect(await outbox.find(`status:${id}`)).toMatchObject({
      body: "The operator stopped it before an agent began.",
      state: "due",
    });
  }
  expect(await store.list({ states: ["queued"] })).toHaveLength(2);
});

test("of what was not admitted yet, nothing is ever said", async () => {
  const { store, outbox } = createQueue();
  const id = await accepted(store, newJob(1));
  const stopped = await store.stopIssue(ref, { by: "the operator", waiting: true, report });
  expect(stopped.waiting).toEqual([id]);
  expect(await existing(store, id)).toMatchObject({ state: "stopped" });
  expect(await outbox.counts()).toEqual({ due: 0, dead: 0 });
});

test("an order that was put back says what became of its work", async () => {
  const { store, owner } = createQueue();
  const id = await queued(store, newJob(1));
  await store.claim({ owner, caps: CAPS });
  await store.note(id, { began: true });
  await store.interrupt(id, owner.marker, [], () => []);
  await store.stopIssue(ref, { by: "bob", waiting: true, report });
  expect(await existing(store, id)).toMatchObject({
    state: "stopped",
    words: "`bob` stopped it. The work so far is kept: `/kugetsu continue` goes on with it.",
  });
});

test("those that still run are told with the lease under which they do", async () => {
  const queue = createQueue();
  const { store, owner } = queue;
  const { running, waiting } = await busy(queue);
  expect(await store.stillRunning([running, ...waiting])).toEqual([
    { id: running, resource: ref, marker: "me" },
  ]);
  await store.finish(running, owner.marker, { state: "stopped", words: "" }, []);
  expect(await store.stillRunning([running])).toEqual([]);
});
