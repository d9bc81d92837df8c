import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { NO_LONG } from "../support/long.ts";
import { openWorld, processesWith, REPOSITORY } from "../support/world.ts";

// The limits as people see them, each configured as the operator would.

const WORK = bash(
  "echo one > one.txt && git add . && git commit --quiet -m 'One' && echo two > two.txt",
);

test.skipIf(NO_LONG !== undefined)(
  "a turn that takes too long ends in words, its work stays, and continue goes on with it",
  async () => {
    await using world = await openWorld({ env: { TURN_TIMEOUT: "6s" } });
    const { forge, model } = world;
    model.play(script([WORK, bash("sleep 600", 600_000)]));
    const report = await world.report(world.say("/kugetsu fix"));
    expect(report.body).toMatch(/^\*\*Timed out\*\* .*It took longer than 6 seconds\./);
    expect(report.body).toContain("`/kugetsu continue <message>` goes on from here");
    expect(forge.pulls(REPOSITORY)).toHaveLength(0);
    expect(await processesWith(world.home)).toEqual([world.bot().pid]);

    model.play(script([bash("ls; git log --format=%s"), (ask) => say(ask.results.join(""))]));
    const second = await world.report(world.say("/kugetsu continue"));
    expect(second.body).toMatch(/^\*\*Done[^]*one\.txt\ntwo\.txt[^]*One/);
    expect(await forge.file(REPOSITORY, "fix/issue-1", "two.txt")).toBe("two\n");
  },
);

test.skipIf(NO_LONG !== undefined)(
  "a model that never answers, one that uses too much and one that asks too often are ended",
  async () => {
    await using world = await openWorld({
      env: { TURN_SILENCE: "4s", TURN_TOKENS: "5000", TURN_REQUESTS: "4" },
    });
    const { model } = world;
    model.play(() => ({ hang: true }));
    const silent = await world.report(world.say("/kugetsu fix"));
    expect(silent.body).toMatch(/^\*\*Timed out\*\* .*no sign of life for 4 seconds/);
    expect(silent.body).toMatch(/tokens unknown|cost unknown/);

    model.play(script([{ ...bash("true"), usage: { input: 6000, output: 10 } }, { hang: true }]));
    const greedy = await world.report(world.say("/kugetsu continue"));
    expect(greedy.body).toMatch(/^\*\*Stopped\*\* .*It used more than 5,000 tokens\./);

    model.play(() => ({ ...bash("true"), usage: { input: 1, output: 1 } }));
    const restless = await world.report(world.say("/kugetsu continue"));
    expect(restless.body).toMatch(/^\*\*Stopped\*\* .*It made more than 4 requests to the model\./);
  },
);

test.skipIf(NO_LONG !== undefined)(
  "a person's turns of a day are counted, and another person's are not",
  async () => {
    await using world = await openWorld({ env: { TURNS_PER_DAY: "1" } });
    const { forge, model } = world;
    model.play(script([say("Nothing to do.")]));
    expect((await world.report(world.say("/kugetsu fix"))).body).toContain("**Done");
    const refused = world.say("/kugetsu continue");
    await forge.until(() =>
      world.botComments().some(({ id, body }) => id > refused && /your 1 turn/.test(body)),
    );
    const other = await world.report(world.say("/kugetsu continue", "walter"));
    expect(other.body).toContain("**Done");
  },
);

test.skipIf(NO_LONG !== undefined)(
  "with too little disk no turn begins, and its order says so",
  async () => {
    await using world = await openWorld({ env: { MIN_FREE_DISK: "900T" } });
    const { model } = world;
    const report = await world.report(world.say("/kugetsu fix"));
    expect(report.body).toMatch(/^\*\*Stopped\*\* .*The server has .* of disk left/);
    expect(report.body).toContain("/kugetsu retry");
    expect(model.requests).toEqual([]);
    expect(world.bot().log()).toContain("of disk left");

    model.play(script([say("Nothing to do.")]));
    await world.bot()[Symbol.asyncDispose]();
    await world.restart({ MIN_FREE_DISK: "1M" });
    expect((await world.report(world.say("/kugetsu retry"))).body).toContain("**Done");
  },
);

test.skipIf(NO_LONG !== undefined)(
  "a model name with a typo starts no turn, and no other model is asked",
  async () => {
    await using world = await openWorld({
      before: async ({ model, cli }) => {
        const config = { ...model.config(), model: "local/misspelt" };
        await cli(["env", "set", "OPENCODE_CONFIG_CONTENT", "-"], JSON.stringify(config));
      },
    });
    const report = await world.report(world.say("/kugetsu fix"));
    expect(report.body).toMatch(/^\*\*Failed\*\* .*local\/misspelt/);
    expect(world.model.requests).toEqual([]);
  },
);
