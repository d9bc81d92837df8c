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
