import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { bash, script } from "../../src/demo/model/script.ts";
import { openWorld, processesWith, REPOSITORY, type World } from "../support/world.ts";
import { NO_LONG } from "../support/long.ts";

const PATIENCE = { timeout: 60_000, interval: 100 };

/** How many agents have come to their long sleep. */
async function sleeping({ home }: World): Promise<number> {
  const pids = await processesWith(home);
  const words = await Promise.all(
    pids.map(async (pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return words.filter((each) => each.startsWith("sleep\0")).length;
}

test.skipIf(NO_LONG !== undefined)(
  "a running server takes more agents to work as soon as the config file says so, and keeps what holds while it is broken",
  async () => {
    await using world = await openWorld();
    const { forge, model, home } = world;
    const config = (text: string) => writeFile(join(home, "config"), text, { mode: 0o600 });
    await config("MAX_CONCURRENT_AGENTS=1\n");
    model.play(script([bash("sleep 600", 600_000)]));
    model.play(script([bash("sleep 600", 600_000)]));
    const other = forge.createIssue(REPOSITORY, { by: "walter", title: "Another", body: "Too." });
    world.say("/kugetsu fix");
    forge.comment(REPOSITORY, other, { by: "olivia", body: "/kugetsu fix" });
    await vi.waitFor(async () => expect(await sleeping(world)).toBe(1), PATIENCE);
    await config("MAX_CONCURRENT_AGENTS=$(nproc)\n");
    await vi.waitFor(() => expect(world.bot().log()).toContain("still hold"), PATIENCE);
    expect(await sleeping(world)).toBe(1);
    await config("MAX_CONCURRENT_AGENTS=2\n");
    await vi.waitFor(async () => expect(await sleeping(world)).toBe(2), PATIENCE);
    expect(
      world
        .bot()
        .log()
        .match(/still hold/g),
    ).toHaveLength(1);
  },
);
