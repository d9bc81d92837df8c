import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createJobStore, type JobStore } from "../../src/jobs/job-store.ts";
import { NO_FORGE } from "../../src/jobs/job.ts";
import type { Order } from "../../src/orders/order.ts";
import { placeOrder } from "../../src/orders/place.ts";
import { type Desk, openDesk, SHOP } from "../handlers/desk.ts";

let desk: Desk;
let store: JobStore;
beforeAll(async () => {
  desk = await openDesk();
  store = createJobStore({ db: desk.kugetsu.database });
});
afterAll(() => desk[Symbol.asyncDispose]());

const place = (order: Partial<Order>) =>
  placeOrder(
    {
      store,
      kugetsu: desk.kugetsu,
      forgeAt: (instance) =>
        instance === desk.forge.host ? { name: "gitea", forge: desk.gitea } : undefined,
    },
    { verb: "start", ref: undefined, message: "do it", by: { id: 0, login: "me" }, ...order },
  );
const initialise = async () => {
  await desk.sessions.put({ ref: "base", kind: "base" });
  await desk.sessions.put({ ref: "pm-agent", kind: "pm_agent" });
};
beforeEach(initialise);
const jobOf = async (id: number) => {
  const job = await store.get(id);
  if (job === undefined) throw new Error("No such job.");
  return job;
};

test("before init, it says what to do", async () => {
  await desk.sessions.remove("base");
  await expect(place({ ref: "example.org/a/b#1" })).rejects.toMatchObject({
    code: "not_found",
    hint: expect.stringContaining("kugetsu init"),
  });
});

test("an issue of the forge is looked up, and its words go along; names are as the forge writes them", async () => {
  const number = desk.forge.createIssue(SHOP, { by: "olivia", title: "It breaks", body: "Badly." });
  desk.forge.comment(SHOP, number, { by: "walter", body: "In the evening." });
  desk.forge.comment(SHOP, number, { by: "kugetsu-bot", body: "**Done**" });
  const placed = await place({ ref: `${desk.forge.host}/OLIVIA/Shop#${number}` });
  expect(placed.ref).toBe(`${desk.forge.host}/${SHOP}#${number}`);
  const job = await jobOf(placed.job);
  expect(job).toMatchObject({
    forge: "gitea",
    origin: "cli",
    anew: true,
    verb: "fix",
    lane: "dev",
    state: "queued",
    message: "do it",
    actor: { id: 0, login: "me" },
    issueNumber: number,
  });
  expect(job.thread).toMatchObject({ title: "It breaks", body: "Badly." });
  expect(job.thread?.comments.map(({ body }) => body)).toEqual(["In the evening."]);
});

test("a ref on no configured forge needs none, with or without a number", async () => {
  const numbered = await jobOf((await place({ ref: "Example.ORG/a/b#7" })).job);
  expect(numbered).toMatchObject({ forge: NO_FORGE, ref: "example.org/a/b#7", issueNumber: 7 });
  const named = await jobOf((await place({ ref: "example.org/a/b#-discuss" })).job);
  expect(named).toMatchObject({ issueNumber: 0, thread: undefined });
});

test("an issue and a repository that the forge does not know are refused", async () => {
  const { host } = desk.forge;
  await expect(place({ ref: `${host}/${SHOP}#999` })).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringContaining("issue 999"),
  });
  await expect(place({ ref: `${host}/olivia/none#1` })).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringContaining("olivia/none"),
  });
});

test("a pull request has a session of its own, the bot's own that of its issue, and a fork's none", async () => {
  const { host } = desk.forge;
  const open = async (by: string, head: string) => {
    await desk.forge.commit(SHOP, head, { by: "walter", message: "x", files: { [head]: "x" } });
    return desk.forge.openPull(SHOP, { by, title: "A pull", head });
  };
  const theirs = await open("walter", "topic");
  const placed = await place({ ref: `${host}/olivia/SHOP#${theirs}` });
  expect(placed.ref).toBe(`${host}/${SHOP}#${theirs}`);
  expect(await jobOf(placed.job)).toMatchObject({ isPullRequest: true, issueNumber: theirs });

  const own = await open("kugetsu-bot", "fix/issue-70");
  const ours = await place({ ref: `${host}/${SHOP}#${own}` });
  expect(ours.ref).toBe(`${host}/${SHOP}#70`);
  expect(await jobOf(ours.job)).toMatchObject({ isPullRequest: true, issueNumber: own });

  await desk.forge.fork(SHOP, { owner: "walter" });
  const files = { forked: "x" };
  await desk.forge.commit("walter/shop", "forked", { by: "walter", message: "x", files });
  const draft = { by: "walter", title: "A pull", head: "walter:forked" };
  const fork = await desk.forge.openPull(SHOP, draft);
  await expect(place({ ref: `${host}/${SHOP}#${fork}` })).rejects.toMatchObject({
    message: expect.stringContaining("fork"),
  });
});

test("a start while a turn of the issue runs or waits is refused with what to do", async () => {
  await place({ ref: "example.org/a/b#20" });
  await expect(place({ ref: "example.org/a/b#20" })).rejects.toMatchObject({
    code: "conflict",
    hint: expect.stringMatching(/logs .*continue .*stop/s),
  });
});

test("continue needs a session, and waits behind what runs", async () => {
  const ref = "example.org/a/b#30";
  await expect(place({ verb: "continue", ref })).rejects.toMatchObject({
    code: "not_found",
    hint: expect.stringContaining("kugetsu start"),
  });
  await desk.sessions.put({ ref, kind: "forked", branch: "fix/issue-30" });
  const [first, second] = [
    await place({ verb: "continue", ref, message: "" }),
    await place({ verb: "continue", ref, message: "more" }),
  ];
  expect(await jobOf(first.job)).toMatchObject({ verb: "continue", message: "" });
  expect(second.job).toBeGreaterThan(first.job);
});

test("delegate goes to the PM agent of init", async () => {
  const job = await jobOf((await place({ verb: "delegate" })).job);
  expect(job).toMatchObject({ ref: "pm-agent", lane: "pm", verb: "delegate", forge: NO_FORGE });
});

test("what a PM agent asks for waits for none of the issue's earlier orders", async () => {
  const ref = "example.org/a/b#40";
  const owner = desk.kugetsu.owner;
  const queue = createJobStore({ db: desk.kugetsu.database });
  await desk.sessions.put({ ref, kind: "forked", branch: "fix/issue-40" });
  const parent = await place({ verb: "continue", ref });
  const child = await place({ verb: "continue", ref, parent: parent.job });
  expect(await jobOf(child.job)).toMatchObject({ origin: "agent", parent: parent.job });
  const caps = { dev: 100, pm: 100 };
  expect(await queue.claim({ owner, caps, only: [child.job] })).toMatchObject({ id: child.job });
  // The worktree is one: the other has to wait for it.
  expect(await queue.claim({ owner, caps, only: [parent.job] })).toBeUndefined();
});
