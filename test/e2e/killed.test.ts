import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { openWorld, processesWith, REPOSITORY, type World } from "../support/world.ts";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
/** How many; none unless told, since KILLS=100 takes some ten minutes. */
const KILLS = Number(process.env["KILLS"] ?? 0);
const REFS = [1, 2, 3].map((number) => `example.org/a/b#${number}`);
const WORK = "date +%s%N > work.txt; git add work.txt; git commit -qm Work; git rev-parse HEAD";

test.skipIf(KILLS === 0)(
  `after ${KILLS} kill -9 in the middle of commands the home is consistent, and no commit is lost`,
  { timeout: 240_000 + KILLS * 20_000 },
  async () => {
    await using world = await openWorld({ unserved: true });
    const { forge, model, cli, home } = world;
    expect(await cli(["init", "--headless"])).toMatchObject({ exitCode: 0 });
    const repos = { "example.org/a/b": `${forge.url}/${REPOSITORY}.git` };
    await writeFile(join(home, "repos.json"), JSON.stringify(repos));
    model.play(script([bash(WORK), bash("sleep 1; echo loose > loose.txt"), say("Done.")]));

    for (let kill = 0; kill < KILLS; kill += 1) {
      const ref = REFS[kill % REFS.length] ?? "";
      await killed(world, commandOf(kill, ref));
      expect(await cli(["list", "--json"])).toMatchObject({ exitCode: 0 });
    }

    for (const ref of REFS) {
      const { exitCode, stderr } = await cli(["start", ref, "at last"]);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    }
    expect(await cli(["prune", "--force"])).toMatchObject({ exitCode: 0 });
    const left = await cli(["prune", "--json"]);
    expect(JSON.parse(left.stdout)).toEqual([]);
    await expectConsistent(world);
    expect(await processesWith(join(home, "agents"))).toEqual([]);
    expect(lostCommits(world)).toEqual([]);
  },
);

function commandOf(kill: number, ref: string): readonly string[] {
  switch (kill % 5) {
    case 1:
      return ["destroy", ref, "-y"];
    case 3:
      return ["prune", "--force"];
    case 4:
      return ["env", "set", `NAME_${kill}`, "value"];
    default:
      return ["start", ref, "do it"];
  }
}

/** Runs a command and kills it at a random moment, if it has not ended by then. */
async function killed({ env }: World, args: readonly string[]): Promise<void> {
  const longest = args[0] === "start" ? 8_000 : 1_500;
  const child = execa(process.execPath, [CLI, ...args], {
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
  await Promise.race([child, delay(400 + Math.random() * longest)]);
  child.kill("SIGKILL");
  await child;
}

async function expectConsistent({ home, cli }: World): Promise<void> {
  const sessions = JSON.parse((await cli(["list", "--json"])).stdout) as {
    issue_ref: string | null;
    type: string;
  }[];
  const issues = sessions.filter(({ type }) => type === "forked").map(({ issue_ref: ref }) => ref);
  const index = JSON.parse(await readFile(join(home, "index.json"), "utf8")) as {
    issues: Record<string, string>;
  };
  expect(new Set(Object.keys(index.issues))).toEqual(new Set(issues));
  for (const file of Object.values(index.issues)) {
    const session = JSON.parse(await readFile(join(home, "sessions", file), "utf8")) as object;
    expect(session).toMatchObject({ type: "forked" });
  }
  expect(await readdir(join(home, "worktrees"))).toHaveLength(issues.length);
  const repositories = (await readdir(join(home, "private"))).filter((name) =>
    name.endsWith(".git"),
  );
  expect(repositories).toHaveLength(issues.length);
  expect(await cli(["env", "list"])).toMatchObject({ exitCode: 0 });
}

/** Commits that an agent was told of, and that are in no repository of the home any more. */
function lostCommits({ home, model }: World): string[] {
  const told = model.requests.flatMap(({ ask }) => ask.results);
  const shas = new Set(told.flatMap((text) => text.match(/^[0-9a-f]{40}$/gm) ?? []));
  const repositories = execFileSync(
    "find",
    [home, "-maxdepth", "3", "-name", "objects", "-type", "d"],
    { encoding: "utf8" },
  )
    .trim()
    .split("\n")
    .map((path) => join(path, ".."))
    .filter((path) => existsSync(join(path, "HEAD")));
  return [...shas].filter((sha) => !repositories.some((path) => has(path, sha)));
}

function has(repository: string, sha: string): boolean {
  try {
    execFileSync("git", ["-C", repository, "cat-file", "-e", sha], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
