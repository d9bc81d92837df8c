import { execa } from "execa";
import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { refusals } from "../support/refusals.ts";
import { openWorld, REPOSITORY } from "../support/world.ts";

test("an issue becomes a branch, a pull request and a report, and a follow-up goes on in the same conversation", async () => {
  await using world = await openWorld({
    before: async ({ model, cli }) => {
      model.play(script([say("I have read the house rules.")]));
      const init = await cli([
        "init",
        "--headless",
        "--prompt",
        "The word of the house is marmalade.",
      ]);
      expect(init).toMatchObject({ exitCode: 0 });
    },
  });
  const { forge, model } = world;
  model.play(
    script([
      bash("pwd; git status --short --branch; env"),
      bash("echo mended > mended.txt && git add . && git commit --quiet --message 'Mend it'"),
      say("Mended it. cc @walter, fixes #1 ![x](http://example.org/x.png)"),
    ]),
  );
  const fix = world.say("Please look:\n\n/kugetsu fix gently");
  const report = await world.report(fix);

  expect(report.body).toContain("**Done");
  expect(forge.branches(REPOSITORY).has("fix/issue-1")).toBe(true);
  expect(await forge.file(REPOSITORY, "fix/issue-1", "mended.txt")).toBe("mended\n");
  const [pull] = forge.pulls(REPOSITORY);
  expect(pull).toMatchObject({
    head: "fix/issue-1",
    base: "main",
    by: "kugetsu-bot",
    state: "open",
  });
  expect(pull?.body).toContain("Fixes #1");
  expect(report.body).toContain(pull?.url);
  expect(report.body).toContain("fix/issue-1");
  // The agent's words are harmless: nobody is called, nothing is closed, nothing is loaded.
  expect(report.body).not.toMatch(/@walter|#1\b.*png|!\[/);
  expect(
    forge.issue(REPOSITORY, 1).comments.find(({ id }) => id === fix)?.reactions,
  ).toContainEqual({
    by: "kugetsu-bot",
    content: "eyes",
  });
  // Whoever asked is told, by a review request.
  await forge.until(() => forge.pulls(REPOSITORY)[0]?.reviewers.includes("olivia") === true);

  const first = model.requests.filter(({ ask }) => ask.lastUser.endsWith("gently"));
  const worktree = `${world.home}/worktrees/`;
  const [directory, ...environment] = first[1]?.ask.results.at(-1)?.split("\n") ?? [];
  expect(directory).toMatch(new RegExp(`^${worktree}127.0.0.1-[0-9]+-olivia-shop-1$`));
  expect(environment.join("\n")).not.toContain(world.token);
  expect(environment.join("\n")).toContain("KUGETSU_TEMP_DIR=");
  expect(environment.join("\n")).not.toContain("GITEA_TOKEN");
  expect(first[0]?.ask.text).toContain("marmalade");
  expect(first[0]?.ask.text).toContain("Words of the repository.");
  expect(first[0]?.ask.lastUser).toContain("Please look:");

  model.play(
    script([
      bash("pwd; cat mended.txt"),
      bash("echo more >> mended.txt && git commit --quiet --all --message 'Mend more'"),
      say("Mended more."),
    ]),
  );
  const report2 = await world.report(world.say("/kugetsu continue more of it", "walter"));
  expect(report2.body).toContain("**Done");
  expect(await forge.file(REPOSITORY, "fix/issue-1", "mended.txt")).toBe("mended\nmore\n");
  expect(forge.pulls(REPOSITORY)).toHaveLength(1);
  const { stdout: log } = await execa("git", [
    "-C",
    forge.gitDir(REPOSITORY),
    "log",
    "-2",
    "--format=%cn %(trailers:key=Requested-by,valueonly,separator=%x2C)",
    "fix/issue-1",
  ]);
  expect(log.split("\n")).toEqual(["kugetsu-bot walter", "kugetsu-bot olivia"]);
  const second = model.requests.filter(({ ask }) => ask.lastUser.endsWith("more of it"));
  expect(second[1]?.ask.results.at(-1)).toBe(`${directory}\nmended\n`);
  expect(second[0]?.ask.text).toContain("marmalade");
  expect(second[0]?.ask.text).toContain("gently");
  // A bot that may write is not told by the first what it asks for, and a person has none of the second.
  const rights = [/^403 GET .*\/collaborators\/\w+\/permission$/, /^405 GET .*\/teams$/];
  expect(refusals(forge, rights)).toEqual([]);
});
