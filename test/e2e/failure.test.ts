import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { openWorld, REPOSITORY } from "../support/world.ts";

const WORK = script([
  bash("echo x >> x.txt && git add . && git commit --quiet --message x"),
  say("Made x."),
]);

test("a model that refuses, and a push that is refused, end in a clear failure; the next job is worked off", async () => {
  await using world = await openWorld();
  const { forge, model } = world;
  model.play(() => ({ status: 401, body: { error: { message: "Incorrect API key provided." } } }));
  const refused = await world.report(world.say("/kugetsu fix"));
  expect(refused.body).toMatch(/^\*\*Failed/);
  expect(refused.body).toContain("Incorrect API key");
  expect(forge.pulls(REPOSITORY)).toHaveLength(0);

  forge.protect(REPOSITORY, "fix/issue-1");
  model.play(WORK);
  const guarded = await world.report(world.say("/kugetsu retry"));
  expect(guarded.body).toMatch(/^\*\*Failed/);
  expect(guarded.body).toMatch(/protected branch/i);
  expect(guarded.body).toContain("refs/kugetsu/kept/");
  expect(forge.pulls(REPOSITORY)).toHaveLength(0);

  const answer = world.say("/kugetsu help");
  await forge.until(() =>
    world.botComments().some(({ id, body }) => id > answer && body.includes("/kugetsu continue")),
  );
});

test("without opencode the status comment says what is missing", async () => {
  await using world = await openWorld({ env: { KUGETSU_OPENCODE_BIN: "/nowhere/opencode" } });
  const report = await world.report(world.say("/kugetsu fix"));
  expect(report.body).toMatch(/^\*\*Failed/);
  expect(report.body).toMatch(/opencode/);
  expect(report.body).not.toContain("/nowhere");
});
