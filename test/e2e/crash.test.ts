import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { openWorld, processesWith, REPOSITORY } from "../support/world.ts";

test("killed while the agent works and started again, the bot works the job off, once", async () => {
  await using world = await openWorld();
  const { forge, model } = world;
  model.play(script([bash("sleep 600", 600_000)]));
  const fix = world.say("/kugetsu fix");
  await model.until(({ ask }) => ask.step === 0 && ask.lastUser.includes("issue"));
  const survivors = () => processesWith(world.home);
  await forge.until(async () => (await survivors()).length > 1);
  const old = await survivors();

  world.bot().signal("SIGKILL");
  await world.bot().exited;
  model.play(script([bash("echo done > done.txt"), say("Finished after all.")]));
  await world.restart();

  const report = await world.report(fix);
  expect(report.body).toContain("**Done");
  expect(report.body).toContain("uncommitted");
  expect(await forge.file(REPOSITORY, "fix/issue-1", "done.txt")).toBe("done\n");
  expect(world.botComments().filter(({ body }) => body.includes("kugetsu:status"))).toHaveLength(1);
  expect(forge.pulls(REPOSITORY)).toHaveLength(1);
  const now = await survivors();
  expect(now.filter((pid) => old.includes(pid))).toEqual([]);
});

test("on SIGTERM the running turn gets its grace, no agent survives, and the job goes on after the next start", async () => {
  await using world = await openWorld();
  const { forge, model } = world;
  model.play(script([bash("sleep 600", 600_000)]));
  const fix = world.say("/kugetsu fix");
  await forge.until(async () => (await processesWith(world.home)).length > 1, {
    timeoutMs: 30_000,
  });
  await model.until(({ ask }) => ask.lastUser.includes("issue"));
  world.bot().signal("SIGTERM");
  expect(await world.bot().exited).toBe(0);
  expect(await processesWith(world.home)).toEqual([]);
  expect(world.botComments()[0]?.body).toMatch(/restart|interrupted/i);

  model.play(script([say("There was nothing left to do.")]));
  await world.restart();
  const report = await world.report(fix);
  expect(report.body).toContain("There was nothing left to do.");
  expect(world.botComments().filter(({ body }) => body.includes("kugetsu:status"))).toHaveLength(1);
});
