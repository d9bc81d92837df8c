import { expect, test } from "vitest";
import type { ReportEnd } from "../../src/jobs/contract.ts";
import { takeBack, waitingInWords } from "../../src/jobs/take-back.ts";
import {
  accepted,
  CAPS,
  createQueue,
  existing,
  newJob,
  queued,
  type Queue,
  status,
} from "./queue.ts";

const report: ReportEnd = (job, end) => [status(job, end.words)];
const ISSUE = { forge: "gitea", instance: "localhost:3000", repositoryId: 9, issueNumber: 1 };

const take = ({ db, clock }: Queue, ids: readonly number[]) =>
  db.write((tx) => takeBack(tx, ids, report, clock.now));
const waiting = ({ db }: Queue, change: Partial<Parameters<typeof waitingInWords>[1]> = {}) =>
  waitingInWords(db.orm, { ...ISSUE, ...change }).map(({ id }) => id);

test("an order that waits is over when its words are deleted, and says so", async () => {
  const queue = createQueue();
  const id = await queued(queue.store, newJob(1));
  expect(take(queue, [id])).toEqual([id]);
  expect(await existing(queue.store, id)).toMatchObject({ state: "stopped" });
  const said = await queue.outbox.find(`status:${id}`);
  expect(said?.body).toBe("Whoever deleted the comment stopped it before an agent began.");
});

test("of what was not admitted yet, nothing is ever said", async () => {
  const queue = createQueue();
  const id = await accepted(queue.store, newJob(1));
  expect(take(queue, [id])).toEqual([id]);
  expect(await existing(queue.store, id)).toMatchObject({ state: "stopped" });
  expect(await queue.outbox.counts()).toEqual({ due: 0, dead: 0 });
});

test("a turn that runs goes on", async () => {
  const queue = createQueue();
  const { store, owner } = queue;
  const id = await queued(store, newJob(1));
  await store.claim({ owner, caps: CAPS });
  expect(waiting(queue)).toEqual([]);
  expect(take(queue, [id])).toEqual([]);
  expect(await existing(store, id)).toMatchObject({ state: "running" });
  expect(await store.stopsAsked([id])).toEqual(new Map());
});

test("the orders of an issue that stand in words of their own are found, in their order", async () => {
  const queue = createQueue();
  const { store } = queue;
  const first = await queued(store, newJob(1));
  const second = await accepted(store, newJob(1, { trigger: "review_comment" }));
  await accepted(store, newJob(1, { trigger: "issue", commentId: 0 }));
  await accepted(store, newJob(2));
  expect(waiting(queue)).toEqual([first, second]);
  expect(waiting(queue, { repositoryId: 10 })).toEqual([]);
  expect(waiting(queue, { forge: "github" })).toEqual([]);
});

test("those of another server that had the forge's name are not among them", async () => {
  const queue = createQueue();
  const id = await queued(queue.store, newJob(1));
  expect(waiting(queue, { instance: "localhost:3000" })).toEqual([id]);
  expect(waiting(queue, { instance: "git.example.org" })).toEqual([]);
});
