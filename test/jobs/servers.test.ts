import { expect, test } from "vitest";
import { heldBack, heldWords } from "../../src/jobs/held.ts";
import { NO_FORGE } from "../../src/jobs/job.ts";
import type { NewMessage } from "../../src/jobs/message.ts";
import { assertServer } from "../../src/jobs/servers.ts";
import { accepted, CAPS, createQueue, newJob, queued, type Queue } from "./queue.ts";

const HERE = [{ name: "gitea", instance: "localhost:3000" }];
const MOVED = [{ name: "gitea", instance: "git.example.org" }];
const RENAMED = [{ name: "work", instance: "localhost:3000" }];

const due = async ({ store }: Queue, servers: typeof HERE) =>
  (await store.nextReceived([], { servers }))?.job.id;

test("an order waits for its own server, whatever else has the name of its forge", async () => {
  const queue = createQueue();
  const id = await accepted(queue.store, newJob(1));
  for (const servers of [MOVED, RENAMED, []]) expect(await due(queue, servers)).toBeUndefined();
  expect(await due(queue, HERE)).toBe(id);
});

test("nor is it begun anywhere else once it is admitted", async () => {
  const { store, owner } = createQueue();
  const id = await queued(store, newJob(1));
  for (const servers of [MOVED, RENAMED, []])
    expect(await store.claim({ owner, caps: CAPS, servers })).toBeUndefined();
  expect(await store.claim({ owner, caps: CAPS, servers: HERE })).toMatchObject({ id });
});

test("an order on no forge needs none", async () => {
  const { store, owner } = createQueue();
  const id = await store.submit(newJob(1, { forge: NO_FORGE, ref: "pm-agent", lane: "pm" }));
  expect(await store.claim({ owner, caps: CAPS, servers: [] })).toMatchObject({ id });
});

test("what waits for a forge that is gone holds up no order that is given under the forge's new name", async () => {
  const queue = createQueue();
  const { store, owner } = queue;
  await queued(store, newJob(1));
  const id = await accepted(store, newJob(1, { forge: "work" }));
  expect(await due(queue, RENAMED)).toBe(id);
  await store.settle(id, { kind: "queued", thread: undefined });
  expect(await store.claim({ owner, caps: CAPS, servers: RENAMED })).toMatchObject({ id });
});

const comment = (key: string, instance?: string): NewMessage => ({
  key,
  forge: "gitea",
  kind: "comment",
  target: { ...(instance && { instance }), owner: "ann", name: "app", number: 1 },
  body: "Done.",
});

test("a message is said to its own server alone, and holds up none for another", async () => {
  const { outbox, owner } = createQueue();
  await outbox.put([comment("old", "localhost:3000"), comment("new", "git.example.org")]);
  expect(await outbox.claim(owner, [], [])).toBeUndefined();
  const message = await outbox.claim(owner, [], MOVED);
  expect(message).toMatchObject({ key: "new" });
  if (message !== undefined) await outbox.sent(message, owner, 1);
  expect(await outbox.claim(owner, [], MOVED)).toBeUndefined();
  expect(await outbox.claim(owner, [], HERE)).toMatchObject({ key: "old" });
});

test("a message of an earlier version is for the server of its job", async () => {
  const { store, outbox, owner } = createQueue();
  const id = await accepted(store, newJob(1));
  await outbox.put([comment("old")], id);
  expect(await outbox.claim(owner, [], MOVED)).toBeUndefined();
  expect(await outbox.claim(owner, [], HERE)).toMatchObject({ key: "old" });
});

test("what is held back is counted by its server, and told in words", async () => {
  const { db, store, outbox } = createQueue();
  await accepted(store, newJob(1));
  await queued(store, newJob(2));
  await accepted(store, newJob(3, { forge: "work", ref: "work.example.org/ann/app#3" }));
  await outbox.put([comment("new", "git.example.org")]);
  expect(heldBack(db.orm, MOVED).map(heldWords)).toEqual([
    "2 orders and 1 message wait for localhost:3000, which was the forge gitea: that is another server by now.",
    "1 order waits for the forge work, which is not configured.",
  ]);
  const work = { name: "work", instance: "work.example.org" };
  expect(heldBack(db.orm, [...HERE, work]).map(heldWords)).toEqual([
    "1 message waits for git.example.org, which was the forge gitea: that is another server by now.",
  ]);
  expect(heldBack(db.orm, [...HERE, work])).toHaveLength(1);
});

const is = (instance: string | undefined) => () =>
  assertServer({ instance: "git.example.org" }, { name: "gitea", instance });

test("a forge that is another server is not spoken to even so", () => {
  for (const instance of ["git.example.org", undefined]) expect(is(instance)).not.toThrow();
  expect(is("localhost:3000")).toThrow(/^The forge gitea is another server by now\.$/);
});
