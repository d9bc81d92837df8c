import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { continueSession } from "../../src/handlers/continue.ts";
import { fix } from "../../src/handlers/fix.ts";
import { planPullRequest, whyOver } from "../../src/handlers/pull-request.ts";
import { publish } from "../../src/handlers/publish.ts";
import { onForge } from "../../src/handlers/repository.ts";
import type { Job } from "../../src/jobs/job.ts";
import { JobStop } from "../../src/jobs/stop.ts";
import { type Desk, openDesk, reportOf, SHOP, workOn } from "./desk.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

const at = (branch: string) => desk.forge.branches(SHOP).get(branch);
const pullOf = (branch: string) => desk.forge.pulls(SHOP).filter(({ head }) => head === branch);

function push(branch: string, files: Record<string, string>, from = "main") {
  return desk.forge.commit(SHOP, branch, { by: "walter", message: "Work", files, from });
}

/** walter's pull request from that branch, and an order on it. */
async function pull(head: string, base = "main"): Promise<{ job: Job; number: number }> {
  await push(head, { [`${head}.txt`]: "x\n" });
  const number = await desk.forge.openPull(SHOP, { by: "walter", title: "Mine", head, base });
  const ref = `${desk.forge.host}/${SHOP}#${number}`;
  return { number, job: desk.job({ ref, issueNumber: number, isPullRequest: true }) };
}

const plan = (job: Job) => planPullRequest(workOn(desk, job));
const report = (job: Job, branch: string) => reportOf(job, { branch });

describe("a turn for somebody's pull request", () => {
  test("works on its branch, from the forge's head of it, for its base", async () => {
    await push("release", { "release.txt": "x\n" });
    const { job, number } = await pull("plan-1", "release");
    const { branch, head, base, pull: found } = await plan(job);
    expect({ branch, head, base }).toEqual({
      branch: "plan-1",
      head: at("plan-1"),
      base: "release",
    });
    expect(found?.number).toBe(number);
    expect(await onForge(workOn(desk, job)).plan()).toMatchObject({ branch: "plan-1" });
  });

  test("does nothing once it is merged or closed, or its branch is gone, and says so", async () => {
    const merged = await pull("over-1");
    expect(await whyOver(workOn(desk, merged.job))).toBeUndefined();
    await desk.forge.merge(SHOP, merged.number, { by: "olivia" });
    const end = await fix(workOn(desk, merged.job));
    expect(end).toMatchObject({ state: "done", words: expect.stringContaining("is merged") });
    const closed = await pull("over-2");
    desk.forge.closePull(SHOP, closed.number);
    expect(await whyOver(workOn(desk, closed.job))).toContain("is closed");
    const gone = await pull("over-3");
    await desk.forge.deleteBranch(SHOP, "over-3");
    expect(await whyOver(workOn(desk, gone.job))).toMatch(/gone|closed/);
  });

  test("pushes to its branch and opens no second pull request", async () => {
    const { job, number } = await pull("push-1");
    const { sha } = await push("push-1-work", { "ours.txt": "x\n" }, "push-1");
    await desk.turned(job, sha, { branch: "push-1", pushedSha: at("push-1") });
    const before = desk.forge.pulls(SHOP).length;
    expect(await publish(workOn(desk, job), report(job, "push-1"), "tell")).toMatchObject({
      branch: "push-1",
      pull: { number, created: false },
      notes: [],
      failure: undefined,
    });
    expect(at("push-1")).toBe(sha);
    expect(desk.forge.pulls(SHOP)).toHaveLength(before);
  });

  test("goes to a branch of the bot's where people's commits conflict, offered to theirs, and stays there", async () => {
    const { job, number } = await pull("clash-1");
    const pushedSha = at("clash-1");
    const { sha } = await push("clash-1-work", { "README.md": "# Ours\n" }, "clash-1");
    await desk.turned(job, sha, { branch: "clash-1", pushedSha });
    const theirs = await push("clash-1", { "README.md": "# Theirs\n" });
    const branch = `fix/issue-${number}`;
    const work = workOn(desk, job);
    expect(await publish(work, report(job, "clash-1"), "elsewhere")).toMatchObject({
      branch,
      pull: { head: branch, base: "clash-1", created: true },
      notes: [expect.stringMatching(/`clash-1` conflicts.*`fix\/issue-/)],
    });
    expect(at("clash-1")).toBe(theirs.sha);
    const [opened] = pullOf(branch);
    expect(opened?.body).toContain(`For pull request #${number}.`);
    expect(opened?.body).not.toContain("Fixes #");
    expect(await plan(job)).toMatchObject({ branch, head: sha, pull: { number: opened?.number } });
    desk.forge.closePull(SHOP, opened?.number ?? 0);
    expect(await plan(job)).toMatchObject({ branch: "clash-1", head: theirs.sha });
  });

  test("leaves the branch alone when the pull request was merged while the agent worked", async () => {
    const { job, number } = await pull("late-1");
    const pushedSha = at("late-1");
    const { sha } = await push("late-1-work", { "late.txt": "x\n" }, "late-1");
    await desk.turned(job, sha, { branch: "late-1", pushedSha });
    await desk.forge.merge(SHOP, number, { by: "olivia" });
    expect(await publish(workOn(desk, job), report(job, "late-1"), "tell")).toMatchObject({
      branch: `fix/issue-${number}`,
      pull: { base: "main", created: true },
      notes: [expect.stringContaining("merged or closed meanwhile")],
    });
    expect(at("late-1")).toBe(pushedSha);
  });
});

describe("a bare fix on somebody's pull request", () => {
  test("is an order the first time, and again when something was said since, else answered with the link", async () => {
    const { job } = await pull("bare-1");
    // No turn comes far here.
    const signal = AbortSignal.abort(new JobStop("shutdown"));
    const answer = async (change: Partial<Job> = {}): Promise<unknown> =>
      fix(workOn(desk, { ...job, ...change }, { signal })).catch(String);
    const already = { words: expect.stringContaining("**Done** already") as string };
    expect(await answer()).toEqual(expect.not.objectContaining(already));
    const seenCommentId = job.commentId;
    await desk.turned(job, at("bare-1") ?? "", { branch: "bare-1", seenCommentId });
    expect(await answer()).toMatchObject(already);
    const author = { id: 1, login: "olivia" };
    const said = { id: seenCommentId + 1, author, body: "Hm.", createdAt: "2026-01-01T00:00:00Z" };
    const thread = { title: "Mine", body: "", author, comments: [said] };
    expect(await answer({ thread })).toEqual(expect.not.objectContaining(already));
  });
});

test("on the bot's own pull request the issue's branch is planned, and its text names the issue", async () => {
  const issue = desk.job();
  const branch = `fix/issue-${issue.issueNumber}`;
  const { sha } = await push(branch, { "own.txt": "x\n" });
  const draft = { by: "kugetsu-bot", title: "Ours", head: branch };
  const number = await desk.forge.openPull(SHOP, draft);
  const job = desk.job({ ref: issue.ref, issueNumber: number, isPullRequest: true });
  const repository = onForge(workOn(desk, job));
  expect(await repository.plan()).toMatchObject({ branch, head: sha });
  expect(repository.issueUrl).toMatch(new RegExp(`/issues/${issue.issueNumber}$`));
  desk.forge.closePull(SHOP, number);
  await desk.turned(issue, sha, { branch, pushedSha: sha });
  await publish(workOn(desk, job), reportOf(job, { branch }), "tell");
  expect(pullOf(branch).at(-1)?.body).toContain(`Fixes #${issue.issueNumber}`);
});

test("what was said in the issue before an order on its pull request is not taken for seen", async () => {
  const issue = desk.job();
  const branch = `fix/issue-${issue.issueNumber}`;
  const { sha } = await push(branch, { "seen.txt": "x\n" });
  await desk.turned(issue, sha, { branch, pushedSha: sha, seenCommentId: 1 });
  const number = await desk.forge.openPull(SHOP, {
    by: "kugetsu-bot",
    title: "Ours",
    head: branch,
  });
  const seenAfter = async (change: Partial<Job>) => {
    const notes = { report: { ...reportOf(issue, { branch }), notes: [] } };
    const job = { ...issue, verb: "continue" as const, notes, ...change };
    expect(await continueSession(workOn(desk, job, { resumed: true }))).toMatchObject({
      state: "done",
    });
    return (await desk.sessions.get(issue.ref))?.seenCommentId;
  };
  expect(await seenAfter({ issueNumber: number, isPullRequest: true })).toBe(1);
  expect(await seenAfter({ trigger: "review_comment" })).toBe(1);
  expect(await seenAfter({})).toBe(issue.commentId);
});

test("nobody is made a reviewer of somebody's pull request: whoever asked is mentioned there", async () => {
  const { job } = await pull("tell-1");
  const head = at("tell-1") ?? "";
  await desk.turned(job, head, { branch: "tell-1", pushedSha: head });
  const notes = { report: { ...report(job, "tell-1"), notes: [] } };
  const work = workOn(desk, { ...job, verb: "continue", notes }, { resumed: true });
  expect(await continueSession(work)).toMatchObject({
    state: "done",
    tell: { pull: undefined },
    words: expect.stringContaining(`/pulls/${job.issueNumber}`),
  });
});
