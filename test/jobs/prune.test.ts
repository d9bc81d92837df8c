import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { watchRepository } from "../../src/jobs/repositories.ts";
import { deliveries, repositories } from "../../src/jobs/schema.ts";
import { accepted, CAPS, createQueue, newDelivery, newJob, queued } from "./queue.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DONE = { state: "done", words: "All done." } as const;

test("deliveries are forgotten after thirty days", async () => {
  const { store, db, clock } = createQueue();
  await store.accept(newDelivery(undefined, { receivedAt: clock.now }));
  clock.now += 30 * DAY_MS;
  await store.prune();
  expect(db.orm.select().from(deliveries).all()).toHaveLength(1);
  clock.now += 1;
  await store.prune();
  expect(db.orm.select().from(deliveries).all()).toEqual([]);
});

test("a repository that could not be read for thirty days is forgotten, and no other", async () => {
  const { store, db, clock } = createQueue();
  for (const id of [1, 2]) {
    const repository = { id, owner: "ann", name: `app${id}` };
    db.write((tx) => watchRepository(tx, { forge: "gitea", repository, seenAt: clock.now }));
  }
  const gone = eq(repositories.repositoryId, 1);
  db.write((tx) => tx.update(repositories).set({ trouble: "It is gone." }).where(gone).run());
  clock.now += 30 * DAY_MS;
  await store.prune();
  expect(db.orm.select().from(repositories).all()).toHaveLength(2);
  clock.now += 1;
  await store.prune();
  expect(db.orm.select().from(repositories).all()).toMatchObject([{ name: "app2" }]);
});

test("thirty days after its end a job keeps its row and its order, and loses all other texts", async () => {
  const { store, owner, clock } = createQueue();
  const job = newJob(1, { message: "the button", context: "Look here." });
  const id = await queued(store, job);
  await store.claim({ owner, caps: CAPS });
  await store.note(id, { report: "long" });
  await store.finish(id, owner.marker, DONE, []);
  clock.now += 30 * DAY_MS;
  await store.prune();
  expect(await store.get(id)).toMatchObject({ ...job, ...DONE, notes: { report: "long" } });
  clock.now += 1;
  await store.prune();
  expect(await store.get(id)).toMatchObject({
    ...job,
    state: "done",
    commentBody: "",
    issueTitle: "",
    issueBody: "",
    thread: undefined,
    notes: {},
    words: undefined,
  });
});

test("what was worked off long ago is not worked off again, neither told again nor edited", async () => {
  const { store, owner, clock } = createQueue();
  const job = newJob(1);
  const id = await queued(store, job);
  await store.claim({ owner, caps: CAPS });
  await store.finish(id, owner.marker, DONE, []);
  clock.now += 400 * DAY_MS;
  await store.prune();
  expect(await store.accept(newDelivery(job))).toEqual({ kind: "repeated" });
  const edit = await accepted(store, { ...job, action: "edited", commentBody: "/kugetsu fix it" });
  expect(await store.settle(edit, { kind: "queued", thread: undefined })).toMatchObject({
    state: "dropped",
  });
});

test("a job that was never admitted is forgotten whole; one that is not over stays as it is", async () => {
  const { store, clock } = createQueue();
  const refused = await accepted(store, newJob(1));
  await store.settle(refused, { kind: "refused", words: "no right", say: [] });
  const received = await accepted(store, newJob(2));
  const waiting = await queued(store, newJob(3));
  clock.now += 31 * DAY_MS;
  await store.prune();
  expect(await store.get(refused)).toBeUndefined();
  expect(await store.get(received)).toMatchObject({ commentBody: "/kugetsu fix" });
  expect(await store.get(waiting)).toMatchObject({ thread: { title: "t" } });
});
