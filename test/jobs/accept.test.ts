import { describe, expect, test } from "vitest";
import type { Job, NewJob } from "../../src/jobs/job.ts";
import { watchRepository } from "../../src/jobs/repositories.ts";
import { deliveries, looks, repositories } from "../../src/jobs/schema.ts";
import { temporaryFile } from "../kugetsu/db/open.ts";
import {
  accepted,
  CAPS,
  createQueue,
  existing,
  newDelivery,
  newJob,
  queued,
  status,
  THREAD,
} from "./queue.ts";

test("a delivery becomes a received job that comes back word for word, and its acknowledgement is held", async () => {
  const file = temporaryFile();
  const { store } = createQueue(file);
  const job = newJob(14, { message: "please\n\n`now`", verb: undefined, word: "fxi" });
  const acceptance = await store.accept(newDelivery(job));
  expect(acceptance).toEqual({ kind: "accepted", jobId: 1 });

  const other = createQueue(file);
  expect(await other.store.get(1)).toEqual({
    ...job,
    id: 1,
    state: "received",
    attempts: 0,
    thread: undefined,
    notes: {},
    createdAt: 1_000_000,
    admittedAt: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    words: undefined,
  });
  expect(await other.outbox.find("status:1")).toMatchObject({
    state: "held",
    jobId: 1,
    body: "Queued.",
  });
  expect(await other.outbox.claim(other.owner)).toBeUndefined();
});

test("an event that asks for nothing is stored as a delivery alone", async () => {
  const { store, db } = createQueue();
  expect(await store.accept(newDelivery(undefined))).toEqual({
    kind: "accepted",
    jobId: undefined,
  });
  expect(db.orm.select().from(deliveries).all()).toHaveLength(1);
  expect(await store.list()).toEqual([]);
});

test("ten deliveries of the same act at once make one job", async () => {
  const file = temporaryFile();
  const queues = [createQueue(file), createQueue(file)];
  const job = newJob(1);
  const acceptances = await Promise.all(
    Array.from({ length: 10 }, async (_, index) =>
      queues[index % 2]?.store.accept(newDelivery(job)),
    ),
  );
  expect(acceptances.filter((acceptance) => acceptance?.kind === "accepted")).toHaveLength(1);
  expect(await queues[0]?.store.list()).toHaveLength(1);
  expect(queues[0]?.db.orm.select().from(deliveries).all()).toHaveLength(10);
});

test("what a hook of its own tells takes the place of the same told by another one", async () => {
  const { store } = createQueue();
  const job = newJob(1);
  const refused = { kind: "refused", words: "edited", say: [] } as const;
  await store.accept(newDelivery(job));
  expect(await store.accept(newDelivery(job, { hook: "shop" }))).toEqual({ kind: "repeated" });
  await store.accept(newDelivery(job));
  expect(await store.get(1)).toMatchObject({ hook: "shop" });
  // An admission that began before knew nothing of that.
  expect(await store.settle(1, refused)).toBeUndefined();
  expect(await store.nextReceived([])).toMatchObject({ job: { id: 1, hook: "shop" } });
});

test("what a hook of its own tells counts as well after the other one's was refused", async () => {
  const { store } = createQueue();
  const job = newJob(1);
  await store.accept(newDelivery(job));
  await store.settle(1, { kind: "refused", words: "edited", say: [] });
  const own = await store.accept(newDelivery(job, { hook: "shop" }));
  expect(own).toMatchObject({ kind: "accepted", jobId: 2 });
});

test("the same delivery again is a repetition, whatever it carries", async () => {
  const { store } = createQueue();
  const delivery = newDelivery(newJob(1));
  await store.accept(delivery);
  expect(await store.accept({ ...delivery, job: newJob(2) })).toEqual({ kind: "repeated" });
  expect(await store.accept({ ...delivery, forge: "other", job: undefined })).toMatchObject({
    kind: "accepted",
  });
});

test("an edit within the same second is another act only when the words differ", async () => {
  const { store } = createQueue();
  const edit = newJob(1, { action: "edited", commentBody: "/kugetsu fix this" });
  expect(await store.accept(newDelivery(edit))).toMatchObject({ kind: "accepted" });
  expect(await store.accept(newDelivery({ ...edit }))).toEqual({ kind: "repeated" });
  expect(
    await store.accept(newDelivery({ ...edit, commentBody: "/kugetsu fix that" })),
  ).toMatchObject({
    kind: "accepted",
  });
});

test("when the acknowledgement cannot be made, nothing of the delivery is stored", async () => {
  const { store, db } = createQueue();
  const speechless = newDelivery(newJob(1), {
    acknowledge: () => {
      throw new Error("no words");
    },
  });
  await expect(store.accept(speechless)).rejects.toThrow("no words");
  expect(db.orm.select().from(deliveries).all()).toEqual([]);
  expect(await store.list()).toEqual([]);
});

const SEEN = { id: 9, owner: "ann", name: "app" };
const LOOK = { repository: SEEN, issueNumber: 14, kind: "reviews" } as const;

test("a delivery's hook, repository and what is to be looked at are stored with it", async () => {
  const { store, db } = createQueue();
  const delivery = newDelivery(undefined, { hook: "shop", seen: SEEN, look: LOOK });
  expect(await store.accept(delivery)).toMatchObject({ kind: "accepted" });
  expect(db.orm.select().from(deliveries).all()).toMatchObject([{ hook: "shop" }]);
  // It is watched once the forge has confirmed it.
  expect(db.orm.select().from(repositories).all()).toEqual([]);
  expect(db.orm.select().from(looks).all()).toMatchObject([
    { forge: "gitea", repositoryId: 9, issueNumber: 0, kind: "repository", name: "app" },
    { forge: "gitea", repositoryId: 9, issueNumber: 14, kind: "reviews", dueAt: 1_000_000 },
  ]);
});

test("all that a delivery brings is stored in one transaction, or nothing of it", async () => {
  const { store, db } = createQueue();
  const speechless = newDelivery(newJob(1), {
    seen: SEEN,
    look: LOOK,
    acknowledge: () => {
      throw new Error("no words");
    },
  });
  await expect(store.accept(speechless)).rejects.toThrow("no words");
  for (const table of [deliveries, repositories, looks])
    expect(db.orm.select().from(table).all()).toEqual([]);
});

test("an act that is told again under another id is still looked at", async () => {
  const { store, db } = createQueue();
  const job = newJob(1);
  await store.accept(newDelivery(job));
  expect(await store.accept(newDelivery(job, { look: LOOK }))).toEqual({ kind: "repeated" });
  expect(db.orm.select().from(looks).all()).toHaveLength(1);
});

const setting = () => newJob(1, { trigger: "label", commentId: 0, only: "idle" });

describe("an order for an idle issue", () => {
  test("is stored while nothing of it is at work", async () => {
    const { store } = createQueue();
    await queued(store, newJob(2));
    await queued(store, newJob(1, { lane: "quick", verb: "status" }));
    expect(await store.accept(newDelivery(setting()))).toMatchObject({ jobId: 3 });
  });

  test("is over, while a turn of the issue waits or runs, however long its admission takes", async () => {
    const { store, outbox, owner } = createQueue();
    const turn = await queued(store, newJob(1));
    await store.claim({ owner, caps: CAPS });
    const label = await accepted(store, setting());
    await store.finish(turn, owner.marker, { state: "done", words: "Done." }, []);
    expect(await outbox.find(`status:${label}`)).toBeUndefined();
    const act = { kind: "queued", thread: THREAD, act: "label:7" } as const;
    expect(await store.settle(label, act)).toMatchObject({
      state: "dropped",
      words: "A turn of the issue runs or waits already.",
    });
    const again = await accepted(store, { ...setting(), commentUpdatedAt: "2026-01-01T00:00:01Z" });
    expect(await store.settle(again, act)).toMatchObject({ state: "dropped" });
  });

  test("tells nobody of a missing right while a turn of the issue waits", async () => {
    const { store, outbox } = createQueue();
    await queued(store, newJob(1));
    const id = await accepted(store, setting());
    const say = [{ ...status(await existing(store, id), "no"), key: "refusal" }];
    const refused = { kind: "refused", words: "no right", say } as const;
    expect(await store.settle(id, refused)).toMatchObject({ state: "dropped" });
    expect(await outbox.find("refusal")).toBeUndefined();
  });

  test("is stored behind what is not admitted yet, which may be refused", async () => {
    const { store } = createQueue();
    await store.accept(newDelivery(newJob(1)));
    expect(await store.accept(newDelivery(setting()))).toMatchObject({ jobId: 2 });
  });
});

const taking = (change: Partial<NewJob> = {}) =>
  newJob(1, {
    trigger: "label",
    commentId: 0,
    only: "busy",
    lane: "quick",
    verb: "stop",
    ...change,
  });

describe("what takes an order back", () => {
  test("is stored while a turn of the issue waits, also one that is not admitted yet", async () => {
    const { store } = createQueue();
    await store.accept(newDelivery(newJob(1)));
    expect(await store.accept(newDelivery(taking()))).toMatchObject({ jobId: 2 });
  });

  test("is stored while a turn of it has the repository's older name", async () => {
    const { store } = createQueue();
    await queued(store, newJob(1));
    const ref = "localhost:3000/bob/tool#1";
    const repository = { id: 9, owner: "bob", name: "tool" };
    expect(await store.accept(newDelivery(taking({ ref, repository })))).toMatchObject({
      jobId: 2,
    });
  });

  test("is not, while nothing of it is at work", async () => {
    const { store } = createQueue();
    await queued(store, newJob(2));
    await queued(
      store,
      newJob(1, { repository: { id: 8, owner: "x", name: "y" }, ref: "localhost:3000/x/y#1" }),
    );
    const nothing = { kind: "accepted", jobId: undefined };
    expect(await store.accept(newDelivery(taking()))).toEqual(nothing);
  });

  test("is always stored on a pull request, whose turns may be those of its issue", async () => {
    const { store } = createQueue();
    const delivery = newDelivery(taking({ isPullRequest: true }));
    expect(await store.accept(delivery)).toMatchObject({ jobId: 1 });
  });
});

test("a submitted job is queued at once, as often as it is submitted, and its words are due", async () => {
  const { store, outbox, owner } = createQueue();
  const job = newJob(1);
  const options = { thread: THREAD, say: (submitted: Job) => [status(submitted, "Queued.")] };
  expect(await store.submit(job, options)).toBe(1);
  expect(await store.submit(job)).toBe(2);
  expect(await store.get(1)).toMatchObject({ state: "queued", thread: THREAD });
  expect(await outbox.claim(owner)).toMatchObject({ key: "status:1" });
});

test("a delivery that tells another name of a repository has the forge asked for it, once", async () => {
  const { store, db } = createQueue();
  const seen = { id: 9, owner: "ann", name: "app" };
  const see = async (change: object) =>
    store.accept(newDelivery(undefined, { seen: { ...seen, ...change } }));
  db.write((tx) => watchRepository(tx, { forge: "gitea", repository: seen, seenAt: 1 }));
  await see({});
  expect(db.orm.select().from(looks).all()).toEqual([]);
  await see({ name: "new" });
  await see({ name: "new" });
  expect(db.orm.select().from(looks).all()).toMatchObject([
    { kind: "repository", repositoryId: 9, owner: "ann", name: "new", issueNumber: 0 },
  ]);
});
