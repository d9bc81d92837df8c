import { eq } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import type { NewJob } from "../../src/jobs/job.ts";
import { createJobStore } from "../../src/jobs/job-store.ts";
import { jobs } from "../../src/jobs/schema.ts";
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

const QUEUED = { kind: "queued", thread: THREAD } as const;

test("an admitted job is queued with its thread, and its acknowledgement goes out", async () => {
  const { store, outbox, owner } = createQueue();
  const id = await accepted(store, newJob(1));
  expect(await store.settle(id, QUEUED)).toMatchObject({
    state: "queued",
    thread: THREAD,
    admittedAt: 1_000_000,
  });
  expect(await outbox.claim(owner)).toMatchObject({
    key: `status:${id}`,
    maybePosted: false,
    attempts: 1,
  });
});

test("an order on the bot's own pull request waits for the turn of its issue, and holds that", async () => {
  const { store, owner } = createQueue();
  const issue = newJob(1);
  await queued(store, issue);
  const turn = await store.claim({ owner, caps: CAPS });
  const id = await accepted(store, newJob(7, { isPullRequest: false }));
  const admission = { ...QUEUED, ref: issue.ref, isPullRequest: true };
  expect(await store.settle(id, admission)).toMatchObject({
    ref: issue.ref,
    issueNumber: 7,
    isPullRequest: true,
  });
  expect((await store.list({ ref: issue.ref })).map((job) => job.id)).toContain(id);
  expect(await store.claim({ owner, caps: CAPS })).toBeUndefined();
  await store.finish(turn?.id ?? 0, owner.marker, { state: "done", words: "" }, []);
  expect(await store.claim({ owner, caps: CAPS })).toMatchObject({ id, ref: issue.ref });
  const later = await queued(store, newJob(1));
  expect(await store.claim({ owner, caps: CAPS })).toBeUndefined();
  expect(later).toBeGreaterThan(id);
});

test("what is only for an idle issue is not worked off on its pull request while a turn of the issue waits", async () => {
  const { store } = createQueue();
  const issue = newJob(1);
  await queued(store, issue);
  const label = newJob(7, { trigger: "label", commentId: 0, only: "idle", isPullRequest: true });
  const id = await accepted(store, label);
  const admission = { ...QUEUED, act: "label:5", ref: issue.ref };
  expect(await store.settle(id, admission)).toMatchObject({ state: "dropped", ref: label.ref });
});

test("a refused job says what the refusal says instead of the acknowledgement", async () => {
  const { store, outbox } = createQueue();
  const id = await accepted(store, newJob(1));
  const job = await existing(store, id);
  const say = [{ ...status(job, "no right"), key: "refusal", kind: "comment" as const }];
  expect(await store.settle(id, { kind: "refused", words: "no right", say })).toMatchObject({
    state: "refused",
    words: "no right",
  });
  expect(await outbox.find(`status:${id}`)).toBeUndefined();
  expect(await outbox.find("refusal")).toMatchObject({ state: "due", body: "no right" });
});

test("a dropped job says nothing", async () => {
  const { store, outbox } = createQueue();
  const id = await accepted(store, newJob(1));
  expect(await store.settle(id, { kind: "dropped", why: "it is gone" })).toMatchObject({
    state: "dropped",
  });
  expect(await outbox.counts()).toEqual({ due: 0, dead: 0 });
});

test("what is denied may be told again, what is dropped for another reason not", async () => {
  const { store } = createQueue();
  const [made, known] = [newJob(1), newJob(2)];
  await store.settle(await accepted(store, made), { kind: "dropped", why: "", denied: true });
  await store.settle(await accepted(store, known), { kind: "dropped", why: "" });
  expect(await store.accept(newDelivery(made))).toMatchObject({ kind: "accepted" });
  expect(await store.accept(newDelivery(known))).toEqual({ kind: "repeated" });
});

test("a comment gives one command however often it is edited, and an edit that first makes one counts", async () => {
  const { store, outbox } = createQueue();
  const edit = newJob(1, { action: "edited" });
  const first = await accepted(store, edit);
  const second = await accepted(store, { ...edit, commentUpdatedAt: "2026-01-01T00:01:00Z" });
  expect(await store.settle(first, QUEUED)).toMatchObject({ state: "queued" });
  expect(await store.settle(second, QUEUED)).toMatchObject({ state: "dropped" });
  expect(await outbox.find(`status:${second}`)).toBeUndefined();
});

test("an edit that mends a word which was no verb counts, once", async () => {
  const { store } = createQueue();
  const job = newJob(1, { lane: "quick", verb: undefined, word: "fxi" });
  await queued(store, job);
  const mended = { ...newJob(1), commentId: job.commentId, action: "edited" as const };
  const fix = await accepted(store, mended);
  expect(await store.settle(fix, QUEUED)).toMatchObject({ state: "queued" });
  const again = await accepted(store, { ...mended, commentBody: "/kugetsu fix it" });
  expect(await store.settle(again, QUEUED)).toMatchObject({ state: "dropped" });
});

test("a refused or dropped command does not use up its comment", async () => {
  const { store } = createQueue();
  const job = newJob(1);
  const first = await accepted(store, job);
  const second = await accepted(store, { ...job, action: "edited" });
  await store.settle(first, { kind: "refused", words: "", say: [] });
  expect(await store.settle(second, QUEUED)).toMatchObject({ state: "queued" });
});

test("the same comment number on another forge is another comment", async () => {
  const { store } = createQueue();
  const job = newJob(1);
  await queued(store, job);
  const other = await accepted(store, { ...job, forge: "github", ref: "github.com/ann/app#1" });
  expect(await store.settle(other, QUEUED)).toMatchObject({ state: "queued" });
});

test("an admission of a job that was stopped meanwhile changes nothing", async () => {
  const { store } = createQueue();
  const id = await accepted(store, newJob(1));
  expect(await store.stop(id, "bob", () => [])).toBe("stopped");
  expect(await store.settle(id, QUEUED)).toBeUndefined();
  expect(await store.get(id)).toMatchObject({ state: "stopped" });
});

test("one issue's jobs are admitted in order of arrival, others' and quick ones beside them", async () => {
  const { store } = createQueue();
  const [first, second] = [await accepted(store, newJob(1)), await accepted(store, newJob(1))];
  const other = await accepted(store, newJob(2));
  const stop = await accepted(store, newJob(1, { lane: "quick", verb: "stop" }));
  const busy: number[] = [];
  for (;;) {
    const received = await store.nextReceived(busy);
    if (received === undefined) break;
    busy.push(received.job.id);
  }
  expect(busy).toEqual([first, other, stop]);
  await store.settle(first, QUEUED);
  expect((await store.nextReceived(busy))?.job.id).toBe(second);
});

test("a postponed admission waits for its time, and so does what came after it for the same issue", async () => {
  const { store, clock } = createQueue();
  const first = await accepted(store, newJob(1));
  await accepted(store, newJob(1));
  await store.postpone(first, clock.now + 500, false);
  expect(await store.nextReceived([])).toBeUndefined();
  clock.now += 500;
  expect(await store.nextReceived([])).toMatchObject({ job: { id: first }, tries: 1, faults: 0 });
});

test("turns are counted by person from their admission on; quick commands and others' are not", async () => {
  const { store, clock } = createQueue();
  await queued(store, newJob(1));
  clock.now += 1_000;
  const since = clock.now;
  const last = await queued(store, newJob(2));
  await queued(store, newJob(3, { lane: "pm", verb: "delegate" }));
  await queued(store, newJob(4, { lane: "quick", verb: "help" }));
  await queued(store, newJob(5, { actor: { id: 2, login: "bob" } }));
  await accepted(store, newJob(6));
  const query = { forge: "gitea", actorId: 1, since };
  expect(await store.countTurns(query)).toBe(2);
  expect(await store.countTurns({ ...query, except: last })).toBe(1);
  expect(await store.countTurns({ ...query, forge: "github" })).toBe(0);
});

test("whoever is to send is told as soon as an admission let something go", async () => {
  const { db } = createQueue();
  let wakes = 0;
  const store = createJobStore({ db, onOutbox: () => wakes++ });
  const id = await accepted(store, newJob(1));
  expect(wakes).toBe(0);
  await store.settle(id, QUEUED);
  expect(wakes).toBe(1);
});

const setting = (change: Partial<NewJob> = {}) =>
  newJob(1, { trigger: "label", commentId: 0, only: "idle", ...change });

const later = (minutes: number) => ({ commentUpdatedAt: `2026-01-01T00:${minutes}:00Z` });

describe("one act gives one order", () => {
  test("by the name that the admission gives it, however it was told", async () => {
    const { store } = createQueue();
    const first = await accepted(store, setting(later(10)));
    const second = await accepted(store, setting(later(11)));
    const act = { ...QUEUED, act: "label:77" };
    expect(await store.settle(first, act)).toMatchObject({ state: "queued" });
    await store.stop(first, "bob", () => []);
    expect(await store.settle(second, act)).toMatchObject({
      state: "dropped",
      words: "The same act was admitted before.",
    });
    const third = await accepted(store, setting(later(12)));
    expect(await store.settle(third, { ...QUEUED, act: "label:78" })).toMatchObject({
      state: "queued",
    });
  });

  test("also by another name, where the admission knows that they are one", async () => {
    const { store } = createQueue();
    const text = await accepted(store, newJob(1, { trigger: "issue", commentId: 0 }));
    const label = await accepted(store, setting());
    await store.settle(text, { ...QUEUED, act: "issue:1", sameAs: ["opening:1"] });
    await store.stop(text, "bob", () => []);
    expect(
      await store.settle(label, { ...QUEUED, act: "opening:1", sameAs: ["issue:1"] }),
    ).toMatchObject({ state: "dropped" });
  });

  test("in its own repository alone", async () => {
    const { store } = createQueue();
    const act = { ...QUEUED, act: "label:77" };
    await store.settle(await accepted(store, setting()), act);
    const repository = { id: 10, owner: "ann", name: "other" };
    const other = setting({ repository, ref: "localhost:3000/ann/other#1" });
    expect(await store.settle(await accepted(store, other), act)).toMatchObject({
      state: "queued",
    });
  });

  test("where the act of an earlier version is known by its comment alone", async () => {
    const { store, db } = createQueue();
    const job = newJob(1);
    const old = await queued(store, job);
    db.write((tx) => tx.update(jobs).set({ actKey: null }).where(eq(jobs.id, old)).run());
    const edit = await accepted(store, { ...job, action: "edited" });
    expect(await store.settle(edit, { ...QUEUED, act: `comment:${job.commentId}` })).toMatchObject({
      state: "dropped",
    });
    const other = await accepted(store, { ...job, trigger: "review_comment", action: "edited" });
    expect(
      await store.settle(other, { ...QUEUED, act: `review_comment:${job.commentId}` }),
    ).toMatchObject({ state: "queued" });
  });
});

describe("an order for an idle issue", () => {
  test("is dropped when what came before it was admitted meanwhile", async () => {
    const { store } = createQueue();
    const comment = await accepted(store, newJob(1));
    const label = await accepted(store, setting());
    await store.settle(comment, QUEUED);
    expect(await store.settle(label, { ...QUEUED, act: "label:77" })).toMatchObject({
      state: "dropped",
      words: "A turn of the issue runs or waits already.",
    });
  });

  test("is queued when that was refused, and whatever came after it", async () => {
    const { store } = createQueue();
    const comment = await accepted(store, newJob(1));
    const label = await accepted(store, setting());
    await accepted(store, newJob(1));
    await store.settle(comment, { kind: "refused", words: "no", say: [] });
    expect(await store.settle(label, { ...QUEUED, act: "label:77" })).toMatchObject({
      state: "queued",
    });
  });
});

test("a label at the wrong time gives none later, also where its order would have been refused", async () => {
  const { store } = createQueue();
  await queued(store, newJob(1));
  const label = await accepted(store, setting());
  const refused = { kind: "refused", words: "daily_limit", say: [], act: "label:77" } as const;
  expect(await store.settle(label, refused)).toMatchObject({ state: "dropped" });
  await store.finish(1, undefined, { state: "done", words: "" }, []);
  const again = await accepted(store, setting({ commentUpdatedAt: "2026-01-02T03:04:07Z" }));
  expect(await store.settle(again, { ...QUEUED, act: "label:77" })).toMatchObject({
    state: "dropped",
    words: "The same act was admitted before.",
  });
});

test("what takes an order back is dropped when that is over meanwhile", async () => {
  const { store } = createQueue();
  const fix = await accepted(store, newJob(1));
  const taking = { trigger: "label", commentId: 0, only: "busy", verb: "stop" } as const;
  const stop = await accepted(store, newJob(1, { ...taking, lane: "quick" }));
  await store.settle(fix, { kind: "dropped", why: "" });
  await accepted(store, newJob(1));
  expect(await store.settle(stop, { ...QUEUED, act: "label:78" })).toMatchObject({
    state: "dropped",
    words: "No turn of the issue runs or waits.",
  });
});
