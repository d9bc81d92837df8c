import { expect, test } from "vitest";
import type { ReportEnd } from "../../src/jobs/contract.ts";
import type { TakeBack } from "../../src/jobs/take-back.ts";
import {
  accepted,
  CAPS,
  createQueue,
  existing,
  newDelivery,
  newJob,
  queued,
  status,
} from "./queue.ts";

const report: ReportEnd = (job, end) => [status(job, end.words)];

const gone = (id: number, change: Partial<TakeBack> = {}) =>
  newDelivery(undefined, {
    takeBack: {
      repository: { id: 9, owner: "ann", name: "app" },
      place: "comment",
      id,
      by: "bob",
      report,
      ...change,
    },
  });

test("an order that waits is over when its comment is deleted, and says so", async () => {
  const { store, outbox } = createQueue();
  const job = newJob(1);
  const id = await queued(store, job);
  expect(await store.accept(gone(job.commentId))).toEqual({ kind: "accepted", jobId: undefined });
  expect(await existing(store, id)).toMatchObject({ state: "stopped" });
  const said = await outbox.find(`status:${id}`);
  expect(said?.body).toContain("bob");
});

test("of what was not admitted yet, nothing is ever said", async () => {
  const { store, outbox } = createQueue();
  const job = newJob(1);
  const id = await accepted(store, job);
  await store.accept(gone(job.commentId));
  expect(await existing(store, id)).toMatchObject({ state: "stopped" });
  expect(await outbox.counts()).toEqual({ due: 0, dead: 0 });
});

test("a turn that runs goes on", async () => {
  const { store, owner } = createQueue();
  const job = newJob(1);
  const id = await queued(store, job);
  await store.claim({ owner, caps: CAPS });
  await store.accept(gone(job.commentId));
  expect(await existing(store, id)).toMatchObject({ state: "running" });
  expect(await store.stopsAsked([id])).toEqual(new Map());
});

test.each<[string, Partial<TakeBack>]>([
  ["another number", { id: 4711 }],
  ["another place", { place: "review_comment" }],
  ["another repository", { repository: { id: 10, owner: "ann", name: "app" } }],
])("words of %s take nothing back", async (_, change) => {
  const { store } = createQueue();
  const job = newJob(1);
  const id = await queued(store, job);
  await store.accept(gone(job.commentId, change));
  expect(await existing(store, id)).toMatchObject({ state: "queued" });
});

test("nor do those of another forge", async () => {
  const { store } = createQueue();
  const job = newJob(1);
  const id = await queued(store, job);
  await store.accept({ ...gone(job.commentId), forge: "github" });
  expect(await existing(store, id)).toMatchObject({ state: "queued" });
});

test("a comment on a line takes back what was asked in it", async () => {
  const { store } = createQueue();
  const job = newJob(1, { trigger: "review_comment" });
  const id = await queued(store, job);
  await store.accept(gone(job.commentId, { place: "review_comment" }));
  expect(await existing(store, id)).toMatchObject({ state: "stopped" });
});
