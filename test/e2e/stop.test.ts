import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { openWorld, processesWith, REPOSITORY, type World } from "../support/world.ts";
import { NO_LONG } from "../support/long.ts";

/** Leaves something behind, uncommitted, and would go on for ten minutes. */
const LONG = script([bash("echo half > half.txt && sleep 600", 600_000)]);
const BRANCH = "fix/issue-1";

const refOf = ({ forge, issue }: World) => `${forge.host}/${REPOSITORY}#${issue}`;

/** Resolves when an agent has come to its long sleep. */
async function untilAsleep(world: World): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await sleepers(world)).toHaveLength(1);
    },
    { timeout: 60_000, interval: 100 },
  );
}

/** The agents' processes that sleep. */
async function sleepers({ home }: World): Promise<number[]> {
  const pids = await processesWith(home);
  const words = await Promise.all(
    pids.map(async (pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return pids.filter((_, index) => words[index]?.startsWith("sleep\0"));
}

/** The status comment of an order, as it is now. */
function statusOf(world: World, order: number): string {
  return (
    world
      .botComments()
      .find(({ body }) => body.includes(`kugetsu:status:`) && body.includes(`:${order}:`))?.body ??
    ""
  );
}

async function untilStatus(world: World, order: number, words: string): Promise<void> {
  await world.forge.until(() => statusOf(world, order).includes(words), { timeoutMs: 60_000 });
}

test("a stop in a comment ends the turn, tells who did it and keeps its work, and continue goes on with it", async () => {
  await using world = await openWorld();
  const { forge, model } = world;
  model.play(LONG);
  const fix = world.say("/kugetsu fix");
  await untilAsleep(world);
  const answer = await world.report(world.say("/kugetsu stop", "walter"));
  expect(answer.body).toContain("the running turn is ended, and its work is kept");
  const { body } = await world.report(fix);
  expect(body).toMatch(/^\*\*Stopped\*\* after .+\. `walter` stopped it\.\n/);
  expect(body).toContain(`- Branch: \`${BRANCH}\`, 1 commit, not pushed`);
  expect(body).toContain("The work so far is kept. `/kugetsu continue <message>` goes on");
  await forge.until(() =>
    world.botComments().some((comment) => comment.body.startsWith("@olivia it was stopped")),
  );
  expect(await sleepers(world)).toEqual([]);
  expect(forge.branches(REPOSITORY).has(BRANCH)).toBe(false);

  model.play(script([say("It was all there.")]));
  const done = await world.report(world.say("/kugetsu continue"));
  expect(done.body).toMatch(/^\*\*Done/);
  expect(await forge.file(REPOSITORY, BRANCH, "half.txt")).toBe("half\n");
});

test("the operator stops a turn from the command line; stop all takes back what waits", async () => {
  await using world = await openWorld();
  const { forge, model } = world;
  model.play(LONG);
  const first = world.say("/kugetsu fix");
  await untilAsleep(world);
  const stopped = await world.cli(["stop", refOf(world)]);
  expect(stopped).toMatchObject({
    exitCode: 0,
    stdout: `Stopped the running turn of ${refOf(world)}.`,
  });
  expect((await world.report(first)).body).toContain("The operator stopped it.");
  await forge.until(() =>
    world.botComments().some((comment) => comment.body.startsWith("@olivia it was stopped")),
  );
  expect(await sleepers(world)).toEqual([]);

  const second = world.say("/kugetsu continue");
  await untilAsleep(world);
  const third = world.say("/kugetsu continue with the third");
  await untilStatus(world, third, "**Queued:**");
  const answer = await world.report(world.say("/kugetsu stop all"));
  expect(answer.body).toContain("1 waiting order is taken back");
  expect((await world.report(second)).body).toContain("`olivia` stopped it.");
  expect((await world.report(third)).body).toContain("`olivia` stopped it before an agent began.");
  expect(model.requests.some(({ ask }) => ask.lastUser.includes("the third"))).toBe(false);
  expect(await world.cli(["stop", refOf(world), "--json"])).toMatchObject({
    exitCode: 0,
    stdout: JSON.stringify({ ref: refOf(world), running: 0, waiting: 0 }),
  });
});

test("a pause holds orders back, also over a restart, and says so; resume lets them go", async () => {
  await using world = await openWorld();
  const { forge, model } = world;
  model.play(script([say("There was nothing to do.")]));
  expect(await world.cli(["pause"])).toMatchObject({ exitCode: 0 });
  const fix = world.say("/kugetsu fix");
  await untilStatus(world, fix, "**Queued:** `fix`. The operator paused me");
  const status = world.say("/kugetsu status");
  await untilStatus(world, status, "the operator paused me");
  expect(statusOf(world, status)).toContain("1 order waits");

  world.bot().signal("SIGTERM");
  expect(await world.bot().exited).toBe(0);
  const bot = await world.restart();
  expect(bot.log()).toContain("The bot is paused");
  expect(await fetch(`${bot.url}/readyz`)).toMatchObject({ status: 200 });
  const help = world.say("/kugetsu help");
  await untilStatus(world, help, "/kugetsu continue");
  expect(statusOf(world, fix)).toContain("The operator paused me");
  expect(model.requests).toHaveLength(0);

  expect(await world.cli(["resume"])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Resumed; .* 1 order waits\.$/),
  });
  expect((await world.report(fix)).body).toContain("There was nothing to do.");
  await forge.until(() => world.botComments().some(({ body }) => body.startsWith("@olivia")));
});

test.skipIf(NO_LONG !== undefined)(
  "a pause that stops turns keeps their work, and resume goes on in the same status comment",
  async () => {
    await using world = await openWorld();
    const { forge, model } = world;
    model.play(LONG);
    const fix = world.say("/kugetsu fix");
    await untilAsleep(world);
    expect(await world.cli(["pause", "--stop"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(
        "Stopped 1 running turn, which goes on after `kugetsu resume`.",
      ),
    });
    expect(await sleepers(world)).toEqual([]);
    await untilStatus(world, fix, "**Queued** again. The operator paused me");
    const [worktree = ""] = await readdir(join(world.home, "worktrees"));
    expect(await readFile(join(world.home, "worktrees", worktree, "half.txt"), "utf8")).toBe(
      "half\n",
    );

    model.play(script([bash("echo whole > whole.txt"), say("Now it is whole.")]));
    expect(await world.cli(["resume"])).toMatchObject({ exitCode: 0 });
    expect((await world.report(fix)).body).toContain("Now it is whole.");
    expect(model.requests.at(-1)?.ask.lastUser).toContain("interrupted");
    for (const name of ["half", "whole"])
      expect(await forge.file(REPOSITORY, BRANCH, `${name}.txt`)).toBe(`${name}\n`);
    const statuses = world.botComments().filter(({ body }) => body.includes("kugetsu:status"));
    expect(statuses).toHaveLength(1);
  },
);
