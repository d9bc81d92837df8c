import { afterAll, beforeAll, expect, test } from "vitest";
import type { FoundState } from "../../src/catch-up/watch.ts";
import { createFollowState } from "../../src/follow/state.ts";
import type { Session } from "../../src/kugetsu/db/sessions.ts";
import { type Desk, openDesk, SHOP } from "../handlers/desk.ts";
import { keptLog } from "../jobs/queue.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

const NOW = 5_000_000;

/** A new issue with a session, and what the bot hears of the shop. */
async function openIssue(change: Partial<Session> = {}) {
  const { gitea, kugetsu, sessions } = desk;
  const job = desk.job();
  const { issueNumber: number, ref, repository } = job;
  const branch = `fix/issue-${number}`;
  const fields = { kind: "forked", repositoryId: repository.id, branch } as const;
  await sessions.put({ ref, ...fields, ...change });
  const stopped: string[] = [];
  const follow = createFollowState({
    kugetsu,
    forge: () => gitea,
    stop: async (of, by) => {
      stopped.push(`${of} by ${by}`);
      return { running: [1], waiting: [2], left: [] };
    },
    log: keptLog(),
    now: () => NOW,
  });
  const told = { forge: "gitea", instance: desk.forge.host, repository, isTold: true };
  return {
    number,
    ref,
    branch,
    stopped,
    hear: (found: Partial<FoundState>) =>
      follow({ ...told, number, state: "closed", isPullRequest: false, ...found }),
    closedAt: async () => (await sessions.get(ref))?.closedAt,
  };
}

/** A pull request of that person's from a branch with a commit of its own. */
async function openPull(head: string, by = "kugetsu-bot"): Promise<number> {
  const files = { [`${head}.txt`]: "x\n" };
  await desk.forge.commit(SHOP, head, { by: "walter", message: "x", files });
  return desk.forge.openPull(SHOP, { by, title: "x", head, body: "No number in here." });
}

test("the session of a closed issue is marked, once, and no longer when that is open again", async () => {
  const { hear, closedAt, ref } = await openIssue({ lastActivityAt: 17 });
  await hear({ state: "closed" });
  expect(await closedAt()).toBe(NOW);
  await desk.kugetsu.markClosed(ref, 99);
  expect(await closedAt()).toBe(NOW);
  expect(await desk.sessions.get(ref)).toMatchObject({ lastActivityAt: 17 });
  await hear({ state: "open" });
  expect(await closedAt()).toBeUndefined();
});

test("a session of another issue, repository or forge is not", async () => {
  const { hear, closedAt, number } = await openIssue();
  await hear({ number: number + 1 });
  await hear({ instance: "other.example.com" });
  await hear({ repository: { id: 4711, owner: "olivia", name: "shop" }, isTold: false });
  // The forge says that it is another one.
  await hear({ repository: { id: 4711, owner: "olivia", name: "shop" } });
  expect(await closedAt()).toBeUndefined();
});

test("what a delivery tells of a repository that the bot cannot see changes nothing", async () => {
  const { hear, closedAt, stopped } = await openIssue();
  const id = (await desk.gitea.repository("olivia", "shop")).id;
  await hear({ repository: { id, owner: "olivia", name: "hidden" }, state: "gone" });
  expect(stopped).toEqual([]);
  expect(await closedAt()).toBeUndefined();
});

test("the session whose pull request is merged is marked, and stays so while its issue is talked about", async () => {
  const { hear, closedAt, branch } = await openIssue();
  const pull = await openPull(branch);
  await hear({ number: pull, isPullRequest: true, state: "open" });
  expect(await closedAt()).toBeUndefined();
  await desk.forge.merge(SHOP, pull, { by: "walter" });
  await hear({ number: pull, isPullRequest: true });
  expect(await closedAt()).toBe(NOW);
  await hear({ state: "open", isTold: false });
  expect(await closedAt()).toBe(NOW);
  await hear({ state: "open", isTold: true });
  expect(await closedAt()).toBeUndefined();
});

test("one that was closed without a merge, is somebody else's, or of an older branch marks nothing", async () => {
  const one = await openIssue();
  const closed = await openPull(one.branch);
  desk.forge.closePull(SHOP, closed, "walter");
  await one.hear({ number: closed, isPullRequest: true });
  const two = await openIssue();
  const theirs = await openPull(two.branch, "walter");
  await desk.forge.merge(SHOP, theirs, { by: "walter" });
  await two.hear({ number: theirs, isPullRequest: true });
  const three = await openIssue({ branch: "fix/issue-3-2" });
  const older = await openPull(three.branch.replace(/-2$/, ""));
  await desk.forge.merge(SHOP, older, { by: "walter" });
  await three.hear({ number: older, isPullRequest: true });
  for (const { closedAt } of [one, two, three]) expect(await closedAt()).toBeUndefined();
});

test("a pull request's own session is marked when that is closed", async () => {
  const { hear, closedAt } = await openIssue();
  await hear({ isPullRequest: true });
  expect(await closedAt()).toBe(NOW);
});

test("the orders of an issue that is gone are ended, and its session is marked", async () => {
  const { hear, closedAt, stopped, ref } = await openIssue();
  await hear({ state: "gone", isPullRequest: undefined });
  expect(stopped).toEqual([`${ref} by whoever deleted the issue`]);
  expect(await closedAt()).toBe(NOW);
});

test("also those of an issue whose first turn has no session yet", async () => {
  const { hear, stopped, ref } = await openIssue();
  await desk.sessions.remove(ref);
  await hear({ state: "gone", isPullRequest: undefined });
  expect(stopped).toEqual([`${ref} by whoever deleted the issue`]);
});
