import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { publish } from "../../src/handlers/publish.ts";
import { openDesk, reportOf, SHOP, workOn } from "./desk.ts";

test("what the bot itself commits is its account's on the forge of the issue", async () => {
  const desk = await openDesk();
  onTestFinished(() => desk[Symbol.asyncDispose]());
  const job = desk.job();
  const branch = `fix/issue-${job.issueNumber}`;
  const pushedSha = await desk.commit({ "ours.txt": "ours\n" });
  await desk.turned(job, pushedSha);
  await publish(workOn(desk, job), reportOf(job), "elsewhere");
  await desk.turned(job, await desk.commit({ "more.txt": "more\n" }), { pushedSha });
  await desk.forge.commit(SHOP, branch, {
    by: "walter",
    message: "Theirs",
    files: { "theirs.txt": "theirs\n" },
  });
  await publish(workOn(desk, job), reportOf(job), "elsewhere");
  const { stdout } = await execa("git", ["log", "-1", "--format=%cn %P", branch], {
    cwd: desk.forge.gitDir(SHOP),
  });
  // A merge of both, which nobody but the bot has made.
  expect(stdout).toMatch(/^kugetsu-bot [0-9a-f]{40} [0-9a-f]{40}$/);
});
