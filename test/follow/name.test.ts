import { afterAll, beforeAll, expect, test } from "vitest";
import { createFollowName } from "../../src/follow/name.ts";
import type { Message } from "../../src/jobs/message.ts";
import { createOutboxStore, type OutboxStore } from "../../src/jobs/outbox.ts";
import { createJobStore } from "../../src/jobs/job-store.ts";
import { outbox, repositories } from "../../src/jobs/schema.ts";
import { watchRepository } from "../../src/jobs/repositories.ts";
import { type Desk, openDesk, SHOP } from "../handlers/desk.ts";
import { accepted, keptLog, newJob, queued } from "../jobs/queue.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
  desk.forge.addUser("mallory");
});
afterAll(() => desk[Symbol.asyncDispose]());

const INSTANCE = "localhost:3000";
let ids = 1_000;

/** A repository `ann/appN` with a session for its issue 1, and a bot that follows names. */
async function openRepository() {
  const id = ++ids;
  const { kugetsu, sessions } = desk;
  const { database: db } = kugetsu;
  const store = createJobStore({ db });
  const repository = { id, owner: "ann", name: `app${id}` };
  const ref = (number: number, name = `ann/app${id}`) => `${INSTANCE}/${name}#${number}`;
  db.write((tx) => watchRepository(tx, { forge: "gitea", repository, seenAt: 1 }));
  await sessions.put({ ref: ref(1), kind: "forked", repositoryId: id });
  const log = keptLog();
  const follow = createFollowName({ kugetsu, forge: () => desk.gitea, log });
  const to = { id, owner: "bob", name: `new${id}` };
  return {
    id,
    store,
    ref,
    to,
    lines: log.lines,
    renamed: `bob/new${id}`,
    job: (number: number, change: object = {}) =>
      newJob(number, { ref: ref(number), repository, ...change }),
    found: { forge: "gitea", instance: INSTANCE, repository: to },
    follow,
    row: () =>
      db.orm
        .select()
        .from(repositories)
        .all()
        .find((row) => row.repositoryId === id),
    said: (job: number) =>
      db.orm
        .select()
        .from(outbox)
        .all()
        .find(({ jobId }) => jobId === job),
  };
}

/** Takes what is due until it is a message of that job. */
async function claimOf(out: OutboxStore, job: number): Promise<Message> {
  for (;;) {
    const message = await out.claim(desk.kugetsu.owner);
    if (message === undefined) throw new Error(`nothing is due of job ${job}`);
    if (message.jobId === job) return message;
  }
}

test("sessions, orders and what is to be said go by the new name together", async () => {
  const { store, job, ref, renamed, id, follow, found, lines, row, said } = await openRepository();
  const waiting = await queued(store, job(1));
  const asked = await accepted(store, job(2, { lane: "pm", verb: "delegate" }));
  await follow.rename(found);
  expect(await desk.sessions.get(ref(1, renamed))).toBeDefined();
  expect(await store.get(waiting)).toMatchObject({
    ref: ref(1, renamed),
    repository: { id, owner: "bob", name: `new${id}` },
  });
  expect(await store.get(asked)).toMatchObject({ ref: ref(2, renamed), state: "received" });
  expect(row()).toMatchObject({ owner: "bob", name: `new${id}` });
  expect(said(waiting)).toMatchObject({
    group: `gitea/bob/new${id}#1`,
    target: { owner: "bob", name: `new${id}`, number: 1 },
  });
  expect(lines).toMatchObject([{ fields: { id, renamed: [{ from: ref(1) }] } }]);
});

test("an order that waits under the old name is claimed under the new one", async () => {
  const { store, job, ref, renamed, follow, found } = await openRepository();
  const waiting = await queued(store, job(1));
  await follow.rename(found);
  const { owner, leases } = desk.kugetsu;
  const claimed = await store.claim({ owner, caps: { dev: 9, pm: 1 }, only: [waiting] });
  expect(claimed).toMatchObject({ ref: ref(1, renamed) });
  expect(await leases.release(ref(1, renamed), owner.marker)).toBe(true);
});

test("while a turn is at work nothing is renamed, and what is asked for meanwhile has the old name", async () => {
  const { ref, renamed, id, to, follow, found, row } = await openRepository();
  const { leases, owner } = desk.kugetsu;
  await leases.acquire({ resource: ref(1), kind: "dev", owner });
  await expect(follow.rename(found)).rejects.toMatchObject({ code: "conflict" });
  expect(await follow.inRefs(found)).toEqual({ owner: "ann", name: `app${id}` });
  expect(row()).toMatchObject({ owner: "ann" });
  expect(await desk.sessions.get(ref(1))).toBeDefined();
  await leases.release(ref(1), owner.marker);
  expect(await follow.inRefs(found)).toEqual({ owner: to.owner, name: to.name });
  expect(await desk.sessions.get(ref(1, renamed))).toBeDefined();
});

test("while something is on its way nothing is renamed: it is said once, and its issue's next after it", async () => {
  const { store, job, follow, found, row } = await openRepository();
  const { owner, database: db } = desk.kugetsu;
  const out = createOutboxStore({ db, intervalMs: 0 });
  const waiting = await queued(store, job(1));
  const message = await claimOf(out, waiting);
  await expect(follow.rename(found)).rejects.toMatchObject({ code: "conflict" });
  expect(row()).toMatchObject({ owner: "ann" });
  await out.sent(message, owner, 5);
  await follow.rename(found);
  await out.put([{ ...message, body: "Done." }]);
  expect(await claimOf(out, waiting)).toMatchObject({ remoteId: 5, body: "Done." });
});

test("a session that an older bot left under another name is found by the repository's id", async () => {
  const { id, follow, found, row } = await openRepository();
  await follow.rename(found);
  const older = `${INSTANCE}/older/name${id}#5`;
  await desk.sessions.put({ ref: older, kind: "forked", repositoryId: id });
  expect(row()).toMatchObject({ owner: "bob" });
  await follow.rename(found);
  expect(await desk.sessions.get(older)).toBeUndefined();
  expect(await desk.sessions.get(`${INSTANCE}/bob/new${id}#5`)).toBeDefined();
});

test("the same repository on another forge, and another one of that forge, stay as they are", async () => {
  const one = await openRepository();
  const other = await openRepository();
  const elsewhere = await queued(one.store, one.job(7, { forge: "other" }));
  const theirs = await queued(other.store, other.job(1));
  await one.follow.rename(one.found);
  expect(await one.store.get(elsewhere)).toMatchObject({ ref: one.ref(7) });
  expect(await other.store.get(theirs)).toMatchObject({ ref: other.ref(1) });
  expect(await desk.sessions.get(other.ref(1))).toBeDefined();
});

test("what waits for another server that had the forge's name stays as it is", async () => {
  const { store, job, id, ref, follow, found, said } = await openRepository();
  const waiting = await queued(store, job(1));
  await follow.rename({ ...found, instance: "git.example.org" });
  expect(await store.get(waiting)).toMatchObject({
    ref: ref(1),
    repository: { owner: "ann", name: `app${id}` },
  });
  expect(said(waiting)).toMatchObject({
    group: "gitea/ann/app#1",
    target: { owner: "ann", name: "app" },
  });
});

test("a turn that runs there keeps no name here", async () => {
  const { store, job, ref, to, follow, found } = await openRepository();
  const { leases, owner } = desk.kugetsu;
  const running = await queued(store, job(1));
  await store.claim({ owner, caps: { dev: 9, pm: 1 }, only: [running] });
  const here = { ...found, instance: "git.example.org" };
  expect(await follow.inRefs(here)).toEqual({ owner: to.owner, name: to.name });
  await leases.release(ref(1), owner.marker);
});

test("while words keep an order from its new name, there is no answer: the next would run beside it", async () => {
  const { store, job, ref, to, renamed, follow, found } = await openRepository();
  const { kugetsu, sessions } = desk;
  await sessions.remove(ref(1));
  const out = createOutboxStore({ db: kugetsu.database, intervalMs: 0 });
  const waiting = await queued(store, job(41));
  const message = await claimOf(out, waiting);
  await expect(follow.inRefs(found)).rejects.toMatchObject({ code: "unavailable" });
  expect(await store.get(waiting)).toMatchObject({ ref: ref(41) });
  await out.sent(message, kugetsu.owner, 5);
  expect(await follow.inRefs(found)).toEqual({ owner: to.owner, name: to.name });
  expect(await store.get(waiting)).toMatchObject({ ref: ref(41, renamed) });
});

/** mallory's own repository, of which a delivery told that it is called `told`; and who follows names. */
async function openOwn(told: string) {
  const { forge, gitea, kugetsu } = desk;
  const name = `own${++ids}`;
  const { id } = await forge.addRepository(`mallory/${name}`, {
    files: { "README.md": "# own\n" },
    collaborators: { "kugetsu-bot": "write" },
  });
  const [owner = "", repo = ""] = told.split("/");
  const db = kugetsu.database;
  const seen = { forge: "gitea", repository: { id, owner, name: repo }, seenAt: 1 };
  db.write((tx) => watchRepository(tx, seen));
  const log = keptLog();
  const follow = createFollowName({ kugetsu, forge: () => gitea, log });
  const own = { id, owner: "mallory", name };
  const ref = (number: number, of = `mallory/${name}`) => `${forge.host}/${of}#${number}`;
  return {
    own,
    ref,
    follow,
    store: createJobStore({ db }),
    found: { forge: "gitea", instance: forge.host, repository: own },
  };
}

test("a name that only a delivery told moves nobody's sessions", async () => {
  const { ref, follow, found } = await openOwn(SHOP);
  await desk.sessions.put({ ref: ref(5, SHOP), kind: "forked" });
  await follow.rename(found);
  expect(await desk.sessions.get(ref(5, SHOP))).toBeDefined();
  expect(await desk.sessions.get(ref(5))).toBeUndefined();
});

test("it is no answer either, while a turn is at work under that name", async () => {
  const { ref, follow, found, own } = await openOwn(SHOP);
  const { leases, owner } = desk.kugetsu;
  await leases.acquire({ resource: ref(6, SHOP), kind: "dev", owner });
  expect(await follow.inRefs(found)).toEqual({ owner: "mallory", name: own.name });
  await leases.release(ref(6, SHOP), owner.marker);
});

test("while her own turn runs, the answer is the name of that, whatever was told", async () => {
  const { ref, follow, found, own, store } = await openOwn(SHOP);
  const { leases, owner } = desk.kugetsu;
  const before = { ...own, name: "before" };
  const waiting = await queued(
    store,
    newJob(1, { ref: ref(1, "mallory/before"), repository: before }),
  );
  await store.claim({ owner, caps: { dev: 9, pm: 1 }, only: [waiting] });
  expect(await follow.inRefs(found)).toEqual({ owner: "mallory", name: "before" });
  await leases.release(ref(1, "mallory/before"), owner.marker);
});

test("sessions of an unknown repository follow a name that the forge leads on from", async () => {
  const { forge } = desk;
  const { own, ref, follow, found } = await openOwn("mallory/never");
  await follow.rename(found);
  await desk.sessions.put({ ref: ref(3), kind: "forked" });
  const name = `newer${own.id}`;
  forge.rename(`mallory/${own.name}`, name);
  await follow.rename({ ...found, repository: { ...own, name } });
  expect(await desk.sessions.get(ref(3, `mallory/${name}`))).toBeDefined();
});
