import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { openWorld, REPOSITORY } from "../support/world.ts";

const append = (name: string) =>
  script([
    bash(`echo ${name} > ${name}.txt && git add . && git commit --quiet --message 'Add ${name}'`),
    say(`Added ${name}.`),
  ]);

test("people's commits are kept, a merged branch is left alone, and CI files are not pushed", async () => {
  await using world = await openWorld();
  const { forge, model } = world;
  model.play(append("one"));
  await world.report(world.say("/kugetsu fix"));
  await forge.commit(REPOSITORY, "fix/issue-1", {
    by: "walter",
    message: "By hand",
    files: { "hand.txt": "by hand\n" },
  });

  model.play(append("two"));
  const second = await world.report(world.say("/kugetsu continue"));
  expect(second.body).toContain("**Done");
  for (const [name, text] of [
    ["one", "one\n"],
    ["two", "two\n"],
    ["hand", "by hand\n"],
  ]) {
    expect(await forge.file(REPOSITORY, "fix/issue-1", `${name}.txt`)).toBe(text);
  }

  model.play(
    script([
      bash(
        "mkdir -p .gitea/workflows && echo on: push > .gitea/workflows/x.yml && git add . && git commit -qm ci",
      ),
      say("Changed the CI."),
    ]),
  );
  const head = forge.branches(REPOSITORY).get("fix/issue-1");
  const ci = await world.report(world.say("/kugetsu continue change the CI"));
  expect(ci.body).toMatch(/^\*\*Failed/);
  expect(ci.body).toContain(".gitea/workflows/x.yml");
  expect(ci.body).toContain("refs/kugetsu/kept/");
  expect(forge.branches(REPOSITORY).get("fix/issue-1")).toBe(head);

  const [pull] = forge.pulls(REPOSITORY);
  await forge.merge(REPOSITORY, pull?.number ?? 0, { by: "olivia" });
  model.play(append("three"));
  const third = await world.report(world.say("/kugetsu continue"));
  expect(third.body).toContain("**Done");
  expect(third.body).toContain("fix/issue-1-2");
  expect(forge.branches(REPOSITORY).get("fix/issue-1")).toBe(head);
  expect(await forge.file(REPOSITORY, "fix/issue-1-2", "three.txt")).toBe("three\n");
  expect(await forge.file(REPOSITORY, "fix/issue-1-2", ".gitea/workflows/x.yml")).toBeUndefined();
  expect(forge.pulls(REPOSITORY).map(({ head: name }) => name)).toEqual([
    "fix/issue-1",
    "fix/issue-1-2",
  ]);
});

const write = (text: string) =>
  bash(`echo ${text} > shared.txt && git commit --quiet --all --message 'Write ${text}'`);

test("a conflict with what a person pushed meanwhile is given to the agent, and one pull request stays one", async () => {
  await using world = await openWorld({ files: { "shared.txt": "one\n" } });
  const { forge, model } = world;
  model.play(script([write("first"), say("Wrote it.")]));
  await world.report(world.say("/kugetsu fix"));
  const merge = script([
    bash(
      "grep -c '<<<<<<<' shared.txt; echo both > shared.txt && git commit --quiet --all --no-edit",
    ),
    say("Merged."),
  ]);
  model.play(async (ask) => {
    if (ask.lastUser.includes("Resolve the conflicts")) return merge(ask);
    if (ask.step === 1) {
      const files = { "shared.txt": "theirs\n" };
      await forge.commit(REPOSITORY, "fix/issue-1", { by: "walter", message: "By hand", files });
    }
    return script([write("ours"), say("Changed it.")])(ask);
  });
  const report = await world.report(world.say("/kugetsu continue change it"));
  expect(report.body).toContain("**Done");
  expect(report.body).toContain("Changed it.");
  expect(report.body).toContain("Merged.");
  expect(await forge.file(REPOSITORY, "fix/issue-1", "shared.txt")).toBe("both\n");
  expect(forge.pulls(REPOSITORY).map(({ head }) => head)).toEqual(["fix/issue-1"]);
  const merging = model.requests.filter(({ ask }) =>
    ask.lastUser.includes("Resolve the conflicts"),
  );
  expect(merging[1]?.ask.results[0]).toMatch(/^1/);
  expect(merging[0]?.ask.lastUser).toContain("shared.txt");
});

test("a secret that the agent commits is not pushed", async () => {
  const key = "sk-1234567890abcdefghij";
  await using world = await openWorld({
    before: async ({ cli }) => {
      await cli(["env", "set", "OPENAI_API_KEY", "-"], key);
    },
  });
  const { forge, model } = world;
  model.play(
    script([
      bash('echo "$OPENAI_API_KEY" > .env && git add -f . && git commit --quiet --message oops'),
      say("Done."),
    ]),
  );
  const report = await world.report(world.say("/kugetsu fix"));
  expect(report.body).toMatch(/^\*\*Failed/);
  expect(report.body).toContain("secret");
  expect(forge.branches(REPOSITORY).has("fix/issue-1")).toBe(false);
});
