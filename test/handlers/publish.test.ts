import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publish as publishTurn } from "../../src/handlers/publish.ts";
import { onForge } from "../../src/handlers/repository.ts";
import type { ForgeWork } from "../../src/handlers/handler.ts";
import type { TurnReport } from "../../src/kugetsu/turn.ts";
import { JobStop } from "../../src/jobs/stop.ts";
import { type Desk, openDesk, reportOf, SHOP, workOn } from "./desk.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

const publish = (work: ForgeWork, report: TurnReport) => publishTurn(work, report, "elsewhere");
const pullOf = (branch: string) => desk.forge.pulls(SHOP).filter(({ head }) => head === branch);
const WORKFLOW = { ".gitea/workflows/ci.yml": "on: push\n" };

// Each has an issue and a branch of its own, so that several share the machine.
describe.concurrent("a turn's commits", () => {
  test("come to the forge, with a pull request that fixes the issue", async () => {
    const job = desk.job();
    const sha = await desk.commit({ "a.txt": "a\n" });
    await desk.turned(job, sha);
    const report = reportOf(job);
    expect(await publish(workOn(desk, job), report)).toMatchObject({
      branch: report.branch,
      pull: { state: "open", created: true, base: "main" },
      notes: [],
      kept: [],
      failure: undefined,
    });
    expect(desk.forge.branches(SHOP).get(report.branch)).toBe(sha);
    const [pull] = pullOf(report.branch);
    expect(pull).toMatchObject({ by: "kugetsu-bot", title: "Fix: It breaks" });
    expect(pull?.body).toContain("I mended it.");
    expect(pull?.body).toContain(`Fixes #${job.issueNumber}`);
  });

  test("go to the pull request that is there", async () => {
    const job = desk.job();
    const work = workOn(desk, job);
    await desk.turned(job, await desk.commit({ "b.txt": "b\n" }));
    await publish(work, reportOf(job));
    const { branch } = reportOf(job);
    const files = { "c.txt": "c\n" };
    const { sha } = await desk.forge.commit(SHOP, `more-${branch}`, {
      by: "walter",
      from: branch,
      message: "More",
      files,
    });
    await desk.sessions.patch(job.ref, { tip: sha });
    const [first] = pullOf(branch);
    expect(await publish(work, reportOf(job))).toMatchObject({
      pull: { number: first?.number, created: false },
    });
    expect(pullOf(branch)).toHaveLength(1);
    expect(desk.forge.branches(SHOP).get(branch)).toBe(sha);
  });

  test("are published once, also when an earlier life did it and was killed before it knew", async () => {
    const job = desk.job();
    await desk.turned(job, await desk.commit({ "d.txt": "d\n" }));
    const first = await publish(workOn(desk, job), reportOf(job));
    const second = await publish(workOn(desk, job, { resumed: true }), reportOf(job));
    expect(second.pull?.number).toBe(first.pull?.number);
    expect(pullOf(first.branch ?? "")).toHaveLength(1);
  });

  test("that conflict with what people pushed go to the next branch, which is told", async () => {
    const job = desk.job();
    const report = reportOf(job);
    const pushedSha = desk.forge.branches(SHOP).get("main");
    await desk.turned(job, await desk.commit({ "README.md": "# Ours\n" }), { pushedSha });
    const theirs = { by: "walter", message: "Theirs", files: { "README.md": "# Theirs\n" } };
    await desk.forge.commit(SHOP, report.branch, theirs);
    expect(await publish(workOn(desk, job), report)).toMatchObject({
      branch: `${report.branch}-2`,
      pull: { head: `${report.branch}-2` },
      notes: [expect.stringContaining(`${report.branch}-2`)],
    });
  });

  test("that conflict stay where they are when the agent can still merge", async () => {
    const job = desk.job();
    const report = reportOf(job);
    const pushedSha = desk.forge.branches(SHOP).get("main");
    await desk.turned(job, await desk.commit({ "README.md": "# Ours\n" }), { pushedSha });
    const theirs = { by: "walter", message: "Theirs", files: { "README.md": "# Theirs\n" } };
    const { sha } = await desk.forge.commit(SHOP, report.branch, theirs);
    expect(await publishTurn(workOn(desk, job), report, "tell")).toMatchObject({
      branch: undefined,
      conflicts: ["README.md"],
      failure: undefined,
    });
    expect(desk.forge.branches(SHOP).get(report.branch)).toBe(sha);
  });

  test("have a pull request of another title where the forge did not confirm the issue's", async () => {
    const job = desk.job({ thread: undefined });
    await desk.turned(job, await desk.commit({ "k.txt": "k\n" }));
    await publish(workOn(desk, job), reportOf(job));
    expect(pullOf(reportOf(job).branch)).toMatchObject([
      { title: `Fix: Issue ${job.issueNumber}` },
    ]);
  });

  test("have their pull request on the default branch where their base branch was renamed", async () => {
    const job = desk.job();
    const { sha: startSha } = await desk.forge.commit(SHOP, "master", {
      by: "olivia",
      message: "Begin",
      files: { "old.txt": "old\n" },
    });
    const files = { "new.txt": "new\n" };
    const work = { by: "walter", from: "master", message: "Work", files };
    const { sha } = await desk.forge.commit(SHOP, "work-on-master", work);
    await desk.forge.deleteBranch(SHOP, "master");
    await desk.turned(job, sha, { base: "master", startSha });
    const report = reportOf(job, { base: "master" });
    expect(await publish(workOn(desk, job), report)).toMatchObject({
      branch: report.branch,
      pull: { base: "main", created: true },
      failure: undefined,
    });
  });

  test("have no secret in their pull request", async () => {
    const job = desk.job({ issueTitle: "It says a-secret-word" });
    await desk.turned(job, await desk.commit({ "e.txt": "e\n" }));
    const report = reportOf(job);
    const result = { ...report.result, text: "It was a-secret-word." };
    await publish(workOn(desk, job), { ...report, result });
    expect(pullOf(report.branch)).toMatchObject([{ title: "Fix: It says ***" }]);
    expect(JSON.stringify(pullOf(report.branch))).not.toContain("a-secret-word");
  });
});

describe.concurrent("nothing is pushed", () => {
  test("without a commit, which is no failure", async () => {
    const job = desk.job();
    await desk.turned(job, desk.forge.branches(SHOP).get("main") ?? "");
    expect(await publish(workOn(desk, job), reportOf(job))).toEqual({
      branch: undefined,
      pull: undefined,
      notes: [expect.stringContaining("no commit")],
      kept: [],
      conflicts: [],
      failure: undefined,
    });
    expect(pullOf(reportOf(job).branch)).toEqual([]);
  });

  test("of CI files, but where the operator allows them", async () => {
    const job = desk.job();
    const sha = await desk.commit(WORKFLOW);
    await desk.turned(job, sha);
    const work = workOn(desk, job);
    expect(await publish(work, reportOf(job))).toMatchObject({
      branch: undefined,
      kept: [expect.stringMatching(/^refs\/kugetsu\/kept\//)],
      failure: expect.stringContaining(".gitea/workflows/ci.yml") as string,
    });
    const settings = { ...work.settings, allowCiChanges: ["Olivia/Shop"] };
    expect(await publish({ ...work, settings }, reportOf(job))).toMatchObject({
      branch: reportOf(job).branch,
      failure: undefined,
    });
  });

  test("of a secret that the bot knows", async () => {
    const job = desk.job();
    await desk.turned(job, await desk.commit({ "key.txt": "a-secret-word\n" }));
    expect(await publish(workOn(desk, job), reportOf(job))).toMatchObject({
      branch: undefined,
      kept: [expect.stringMatching(/^refs\/kugetsu\/kept\//)],
      failure: expect.stringContaining("hold a secret") as string,
    });
    expect(desk.forge.branches(SHOP).get(reportOf(job).branch)).toBeUndefined();
  });

  test("where the branch is protected; the forge's words are told, and the work is kept", async () => {
    const job = desk.job();
    const { branch } = reportOf(job);
    await desk.turned(job, await desk.commit({ "f.txt": "f\n" }));
    desk.forge.protect(SHOP, branch);
    expect(await publish(workOn(desk, job), reportOf(job))).toMatchObject({
      branch: undefined,
      kept: [expect.stringMatching(/^refs\/kugetsu\/kept\//)],
      failure: expect.stringContaining("protected branch") as string,
    });
  });

  test("of a session that is gone; the log has why", async () => {
    const job = desk.job();
    const work = workOn(desk, job);
    const publication = await publish(work, reportOf(job));
    expect(publication).toMatchObject({ branch: undefined });
    expect(publication.failure).toMatch(/^The work is not pushed\./);
    expect(work.lines).toMatchObject([{ level: "error" }]);
  });
});

test("nothing is pushed where the bot has lost its right", async () => {
  const job = desk.job();
  await desk.turned(job, await desk.commit({ "g.txt": "g\n" }));
  desk.forge.setCollaborator(SHOP, "kugetsu-bot", "read");
  const publication = await publish(workOn(desk, job), reportOf(job));
  desk.forge.setCollaborator(SHOP, "kugetsu-bot", "write");
  expect(publication).toMatchObject({
    branch: undefined,
    kept: [expect.stringMatching(/^refs\/kugetsu\/kept\//)],
    failure: expect.stringMatching(/refused/) as string,
  });
});

test("a job that is stopped on the way is no failed one", async () => {
  const job = desk.job();
  await desk.turned(job, await desk.commit({ "j.txt": "j\n" }));
  const work = workOn(desk, job, { signal: AbortSignal.abort(new JobStop("shutdown")) });
  await expect(publish(work, reportOf(job))).rejects.toMatchObject({ code: "unavailable" });
  expect(desk.forge.branches(SHOP).get(reportOf(job).branch)).toBeUndefined();
});

test("a pull request that the forge refuses does not make the push unsaid", async () => {
  const job = desk.job();
  await desk.turned(job, await desk.commit({ "h.txt": "h\n" }));
  desk.forge.fail({ method: "POST", path: /\/pulls$/, answer: 422 });
  const work = workOn(desk, job);
  const publication = await publish(work, reportOf(job));
  expect(publication).toMatchObject({ branch: reportOf(job).branch, pull: undefined });
  expect(publication.failure).toMatch(/^The branch is pushed, but there is no pull request\./);
  expect(work.lines).toMatchObject([{ level: "error" }]);
});

test("a pull request whose answer was lost is found, and not opened twice", async () => {
  const job = desk.job();
  await desk.turned(job, await desk.commit({ "i.txt": "i\n" }));
  desk.forge.fail({ method: "POST", path: /\/pulls$/, answer: "drop", afterwards: true });
  const publication = await publish(workOn(desk, job), reportOf(job));
  expect(publication).toMatchObject({ pull: { state: "open" }, failure: undefined });
  expect(pullOf(reportOf(job).branch)).toHaveLength(1);
});

test("nothing is pushed to another repository that has the old name by now", async () => {
  const { forge } = desk;
  const job = desk.job();
  const work = workOn(desk, job);
  await desk.turned(job, await desk.commit({ "k.txt": "k\n" }));
  forge.rename(SHOP, "moved");
  await forge.addRepository(SHOP, {
    files: { "README.md": "# Another shop\n" },
    collaborators: { "kugetsu-bot": "write" },
  });
  const requests = forge.requests.length;
  expect(await publish(work, reportOf(job))).toMatchObject({
    branch: undefined,
    pull: undefined,
    failure: "The work is not pushed. olivia/shop is another repository now.",
  });
  await expect(onForge(work).source()).rejects.toMatchObject({ code: "not_found" });
  expect(forge.requests.slice(requests).filter(({ method }) => method !== "GET")).toEqual([]);
  expect([...forge.branches(SHOP).keys()]).toEqual(["main"]);
  expect(await desk.sessions.get(job.ref)).toMatchObject({ branch: reportOf(job).branch });
});
