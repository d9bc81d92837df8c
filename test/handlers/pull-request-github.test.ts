import { afterAll, beforeAll, expect, test } from "vitest";
import { fix } from "../../src/handlers/fix.ts";
import { planPullRequest } from "../../src/handlers/pull-request.ts";
import { publish } from "../../src/handlers/publish.ts";
import type { Job } from "../../src/jobs/job.ts";
import { refusals } from "../support/refusals.ts";
import { type Desk, openDesk, reportOf, SHOP, workOn } from "./desk.ts";

// The main ways on GitHub; what is the same for all forges stands in pull-request.test.ts.

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk("github");
});
afterAll(() => desk[Symbol.asyncDispose]());

const at = (branch: string) => desk.forge.branches(SHOP).get(branch);
const plan = (job: Job) => planPullRequest(workOn(desk, job));
const report = (job: Job, branch: string) => reportOf(job, { branch });

function push(branch: string, files: Record<string, string>, from = "main") {
  return desk.forge.commit(SHOP, branch, { by: "walter", message: "Work", files, from });
}

/** walter's pull request from that branch, and an order on it. */
async function pull(head: string): Promise<{ job: Job; number: number }> {
  await push(head, { [`${head}.txt`]: "x\n" });
  const number = await desk.forge.openPull(SHOP, { by: "walter", title: "Mine", head });
  const ref = `${desk.forge.host}/${SHOP}#${number}`;
  return { number, job: desk.job({ ref, issueNumber: number, isPullRequest: true }) };
}

test("a turn for somebody's pull request works on its branch, and opens no second one", async () => {
  const { job, number } = await pull("push-1");
  expect(await plan(job)).toMatchObject({ branch: "push-1", base: "main", head: at("push-1") });
  const { sha } = await push("push-1-work", { "ours.txt": "x\n" }, "push-1");
  await desk.turned(job, sha, { branch: "push-1", pushedSha: at("push-1") });
  const before = desk.forge.pulls(SHOP).length;
  expect(await publish(workOn(desk, job), report(job, "push-1"), "tell")).toMatchObject({
    branch: "push-1",
    pull: { number, created: false },
    failure: undefined,
  });
  expect(at("push-1")).toBe(sha);
  expect(desk.forge.pulls(SHOP)).toHaveLength(before);
});

test("where people's commits conflict it goes to a branch of the bot's, offered to theirs", async () => {
  const { job, number } = await pull("clash-1");
  const pushedSha = at("clash-1");
  const { sha } = await push("clash-1-work", { "README.md": "# Ours\n" }, "clash-1");
  await desk.turned(job, sha, { branch: "clash-1", pushedSha });
  await push("clash-1", { "README.md": "# Theirs\n" });
  const branch = `fix/issue-${number}`;
  expect(await publish(workOn(desk, job), report(job, "clash-1"), "elsewhere")).toMatchObject({
    branch,
    pull: { head: branch, base: "clash-1", created: true },
  });
});

test("once it is merged, or closed, there is nothing to be done, and the answer says so", async () => {
  const merged = await pull("over-1");
  await desk.forge.merge(SHOP, merged.number, { by: "olivia" });
  const end = await fix(workOn(desk, merged.job));
  expect(end).toMatchObject({ state: "done", words: expect.stringContaining("is merged") });
  const closed = await pull("over-2");
  desk.forge.closePull(SHOP, closed.number);
  const other = await fix(workOn(desk, closed.job));
  expect(other).toMatchObject({ state: "done", words: expect.stringContaining("is closed") });
});

test("nothing was asked that GitHub does not describe", () => {
  expect(refusals(desk.forge)).toEqual([]);
});
