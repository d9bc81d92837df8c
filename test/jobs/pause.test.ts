import { expect, test } from "vitest";
import { acknowledgement } from "../../src/jobs/acknowledge.ts";
import type { NewJob } from "../../src/jobs/job.ts";
import { outbox as outboxTable } from "../../src/jobs/schema.ts";
import { temporaryFile } from "../kugetsu/db/open.ts";
import { CAPS, createQueue, newDelivery, newJob, type Queue, THREAD } from "./queue.ts";

const PM = { lane: "pm", verb: "delegate", word: "delegate" } as const;
const HELP = { lane: "quick", verb: "help", word: "help" } as const;
const PAUSED = "**Queued:** `fix`. The operator paused me; it begins when I am resumed.";
const WAITS = "**Queued:** `fix`. It begins when its turn comes.";
const PAUSED_AGAIN = "**Queued** again. The operator paused me; it goes on when I am resumed.";
const WAITS_AGAIN = "**Queued** again. It goes on when its turn comes.";

/** Accepts a job as the bot does, and admits it unless told otherwise. */
async function ordered({ store }: Queue, job: NewJob, admitted = true): Promise<number> {
  const acceptance = await store.accept(newDelivery(job, { acknowledge: acknowledgement }));
  const id = acceptance.kind === "accepted" ? (acceptance.jobId ?? 0) : 0;
  if (admitted) await store.settle(id, { kind: "queued", thread: THREAD });
  return id;
}

/** What the status comment of a job says, or is going to say. */
async function status({ store, outbox }: Queue, id: number): Promise<string | undefined> {
  const job = await store.get(id);
  return (await outbox.find(`status:gitea:9:${job?.commentId}:${id}`))?.body;
}

async function claim({ store, owner }: Queue): Promise<number | undefined> {
  return (await store.claim({ owner, caps: CAPS }))?.id;
}

test("while it is in force no turn is claimed by anybody; then all go on in order", async () => {
  const file = temporaryFile();
  const [one, two] = [createQueue(file, "one"), createQueue(file, "two")];
  const first = await ordered(one, newJob(1));
  const pm = await ordered(one, newJob(2, PM));
  await one.store.pause({ endsTurns: false });
  const last = await ordered(one, newJob(3));
  const help = await ordered(one, newJob(1, HELP));
  expect(await claim(two)).toBe(help);
  for (const queue of [one, two]) expect(await claim(queue)).toBeUndefined();
  expect(await two.store.claim({ owner: two.owner, caps: CAPS, only: [first] })).toBeUndefined();
  await one.store.resume();
  expect([await claim(two), await claim(one), await claim(two)]).toEqual([first, last, pm]);
});

test("it outlives whoever began it, and begins and ends once", async () => {
  const file = temporaryFile();
  const { store, clock } = createQueue(file);
  expect(await store.paused()).toBeUndefined();
  expect(await store.resume()).toBeUndefined();
  expect(await store.pause({ endsTurns: false })).toEqual({ pausedAt: 1_000_000, already: false });
  clock.now += 5;
  expect(await store.pause({ endsTurns: false })).toEqual({ pausedAt: 1_000_000, already: true });
  const later = createQueue(file);
  expect(await later.store.paused()).toEqual({ pausedAt: 1_000_000, endsTurns: false });
  expect(await later.store.resume()).toEqual({ pausedAt: 1_000_000, endsTurns: false });
  expect(await store.paused()).toBeUndefined();
});

test("a pause that ends turns stays one, whoever pauses again", async () => {
  const { store } = createQueue();
  await store.pause({ endsTurns: false });
  await store.pause({ endsTurns: true });
  await store.pause({ endsTurns: false });
  expect(await store.paused()).toMatchObject({ endsTurns: true });
  await store.resume();
  await store.pause({ endsTurns: false });
  expect(await store.paused()).toMatchObject({ endsTurns: false });
});

test("an order says that it waits for the operator, whether it came before or after; then that it waits for its turn", async () => {
  const queue = createQueue();
  const { store } = queue;
  const before = await ordered(queue, newJob(1));
  const between = await ordered(queue, newJob(2), false);
  await store.pause({ endsTurns: false });
  expect(await status(queue, between)).toBe(WAITS);
  await store.settle(between, { kind: "queued", thread: THREAD });
  const after = await ordered(queue, newJob(3));
  for (const id of [before, between, after]) expect(await status(queue, id)).toBe(PAUSED);
  await store.resume();
  for (const id of [before, between, after]) expect(await status(queue, id)).toBe(WAITS);
  expect(await status(queue, await ordered(queue, newJob(4)))).toBe(WAITS);
});

test("a turn that is put back says so, by a shutdown or a crash, too", async () => {
  const queue = createQueue();
  const { store, leases, owner } = queue;
  const id = await ordered(queue, newJob(1));
  const other = await ordered(queue, newJob(2));
  for (const _ of [id, other]) await store.claim({ owner, caps: CAPS });
  await store.pause({ endsTurns: false });
  expect(await status(queue, id)).toBe(WAITS);
  await store.interrupt(id, owner.marker, [], () => []);
  expect(await status(queue, id)).toBe(PAUSED_AGAIN);
  for (const { resource } of await leases.live()) await leases.release(resource, owner.marker);
  await store.recover(() => []);
  expect(await status(queue, other)).toBe(PAUSED_AGAIN);
  await store.resume();
  expect(await status(queue, id)).toBe(WAITS_AGAIN);
});

test("an order whose comment is missing or given up gets none", async () => {
  const queue = createQueue();
  const { store, db } = queue;
  const silent = await store.submit(newJob(1));
  const given = await ordered(queue, newJob(2));
  db.orm.update(outboxTable).set({ state: "dead" }).run();
  await store.pause({ endsTurns: false });
  expect(await status(queue, silent)).toBeUndefined();
  expect(await status(queue, given)).toBe(WAITS);
});
