import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Forge } from "../../src/forge/forge.ts";
import { branchOf, planBranch } from "../../src/handlers/branch.ts";
import type { Job } from "../../src/jobs/job.ts";
import { type Desk, openDesk, SHOP } from "./desk.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

const plan = (job: Job) => planBranch({ job, forge: desk.gitea, kugetsu: desk.kugetsu });

async function push(branch: string): Promise<string> {
  const files = { [`${branch}.txt`]: "x\n" };
  return (await desk.forge.commit(SHOP, branch, { by: "walter", message: "Work", files })).sha;
}

async function open(branch: string, by: Forge): Promise<number> {
  await push(branch);
  const draft = { title: "Work", body: "", head: branch, base: "main" };
  return (await by.createPullRequest("olivia", "shop", draft)).number;
}

/** A job, and its first, second and third branch. */
function order() {
  const job = desk.job();
  const [first, second, third] = [1, 2, 3].map((count) => branchOf(job, count));
  if (first === undefined || second === undefined || third === undefined) throw new Error();
  return { job, first, second, third };
}

describe("the first branch is taken", () => {
  test("where the forge has none", async () => {
    const { job, first } = order();
    expect(first).toBe(`fix/issue-${job.issueNumber}`);
    expect(await plan(job)).toEqual({ branch: first, pull: undefined, head: undefined });
  });

  test("where a turn of this session has pushed it, and no pull request is there yet", async () => {
    const { job, first } = order();
    const head = await push(first);
    await desk.turned(job, head, { pushedSha: head });
    expect(await plan(job)).toEqual({ branch: first, pull: undefined, head });
  });

  test("where a push of this session arrived whose answer was lost", async () => {
    const { job, first } = order();
    const head = await push(first);
    await desk.turned(job, head);
    expect(await plan(job)).toMatchObject({ branch: first, head });
  });

  test("where the bot's pull request is open, also after a destroy", async () => {
    const { job, first } = order();
    const number = await open(first, desk.gitea);
    expect(await plan(job)).toMatchObject({
      branch: first,
      pull: { number, state: "open" },
      head: desk.forge.branches(SHOP).get(first),
    });
  });

  test("where the forge has only another issue's branches", async () => {
    const { job, first } = order();
    await push(`${first}0`);
    await push(`other/${first}`);
    expect(await plan(job)).toMatchObject({ branch: first, head: undefined });
  });
});

describe("the second branch is taken", () => {
  test("where somebody else has pushed the first", async () => {
    const { job, first, second } = order();
    await push(first);
    expect(await plan(job)).toEqual({ branch: second, pull: undefined, head: undefined });
  });

  test("where somebody else has pushed the first while the session's work was not pushed yet", async () => {
    const { job, first, second } = order();
    await push(first);
    await desk.turned(job, desk.forge.branches(SHOP).get("main") ?? "");
    expect(await plan(job)).toMatchObject({ branch: second });
  });

  test("where somebody else's pull request is open on the first", async () => {
    const { job, first, second } = order();
    await open(first, desk.walter);
    expect(await plan(job)).toMatchObject({ branch: second, pull: undefined });
  });

  test("where the first one's pull request is closed, by its session too", async () => {
    const { job, first, second } = order();
    const number = await open(first, desk.gitea);
    const head = desk.forge.branches(SHOP).get(first) ?? "";
    await desk.turned(job, head, { pushedSha: head });
    desk.forge.closePull(SHOP, number);
    expect(await plan(job)).toMatchObject({ branch: second });
  });

  test("where the first one's pull request is merged, and its branch is gone", async () => {
    const { job, first, second } = order();
    const number = await open(first, desk.gitea);
    await desk.forge.merge(SHOP, number, { by: "olivia" });
    expect(await plan(job)).toMatchObject({ branch: second });
    await desk.forge.deleteBranch(SHOP, first);
    expect(await plan(job)).toMatchObject({ branch: second });
  });
});

test("the first branch of several that is ours is taken, with its pull request", async () => {
  const { job, first, second, third } = order();
  await push(first);
  const merged = await open(second, desk.gitea);
  await desk.forge.merge(SHOP, merged, { by: "olivia" });
  expect(await plan(job)).toMatchObject({ branch: third, pull: undefined });
  const number = await open(third, desk.gitea);
  expect(await plan(job)).toMatchObject({ branch: third, pull: { number } });
});

describe("the session's own branch is kept", () => {
  test("where its pull request is open, also when the first branch's is as well", async () => {
    const { job, first, second } = order();
    await open(first, desk.gitea);
    const number = await open(second, desk.gitea);
    const head = desk.forge.branches(SHOP).get(second) ?? "";
    await desk.turned(job, head, { branch: second, pushedSha: head });
    expect(await plan(job)).toMatchObject({ branch: second, pull: { number } });
  });

  test("where somebody's first branch is gone by now", async () => {
    const { job, first, second } = order();
    await push(first);
    const number = await open(second, desk.gitea);
    const head = desk.forge.branches(SHOP).get(second) ?? "";
    await desk.turned(job, head, { branch: second, pushedSha: head });
    await desk.forge.deleteBranch(SHOP, first);
    expect(await plan(job)).toMatchObject({ branch: second, pull: { number } });
  });
});

test("nothing is chosen while the forge does not answer", async () => {
  const { job } = order();
  desk.forge.fail({ path: /\/branches\//, answer: 503 });
  await expect(plan(job)).rejects.toMatchObject({ code: "unavailable" });
});
