import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { openWorld, processesWith, REPOSITORY, type World } from "../support/world.ts";
import { NO_LONG } from "../support/long.ts";

const PM_TOKEN = "0123456789abcdef0123456789abcdef01234567";
const LOOK = "pwd; env | sort";

/** The environment and the directory that the agent of the last turn really got. */
function seen({ model }: World): {
  readonly cwd: string;
  readonly env: ReadonlyMap<string, string>;
} {
  const [cwd = "", ...lines] = model.requests.at(-1)?.ask.results[0]?.split("\n") ?? [];
  return {
    cwd,
    env: new Map(lines.map((line) => [line.split("=", 1)[0] ?? "", line.replace(/^[^=]*=/, "")])),
  };
}

const steps = (name: string) =>
  script([
    bash("pwd; readlink -f /proc/self/cwd; echo $HOME; env"),
    bash("test -e go || (touch go; sleep 60)"),
    say(`${name} is done.`),
  ]);

async function initialised(world: World): Promise<void> {
  // Without opencode it makes both sessions, and no conversation: that takes no time.
  const quick = { KUGETSU_OPENCODE_BIN: "/bin/false" };
  expect(await world.cli(["init", "--headless"], undefined, quick)).toMatchObject({ exitCode: 0 });
  const set = await world.cli(["env", "set", "GITEA_TOKEN", "-", "pm-agent"], PM_TOKEN);
  expect(set).toMatchObject({ exitCode: 0 });
}

test.skipIf(NO_LONG !== undefined)(
  "KUGETSU_TEMP_DIR is exported in start, continue and delegate, each without a server; a developer has no token",
  async () => {
    await using world = await openWorld({ unserved: true });
    const { forge, model, cli, home } = world;
    const temp = join(world.env["HOME"] ?? "", "temp");
    const env = { KUGETSU_TEMP_DIR: temp };
    const ref = `${forge.host}/${REPOSITORY}#${world.issue}`;
    const early = await cli(["start", ref, "do it"]);
    expect(early).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("kugetsu init") });
    await initialised(world);

    model.play(
      script([bash(`${LOOK}; echo 1 > a; git add a; git commit -qm 'Add a'`), say("Made.")]),
    );
    const started = await cli(["start", ref, "do it", "--json"], undefined, env);
    expect(started).toMatchObject({ exitCode: 0 });
    const worktree = join(home, "worktrees", `${forge.host.replace(":", "-")}-olivia-shop-1`);
    expect(JSON.parse(started.stdout)).toMatchObject({
      ref,
      state: "done",
      text: "Made.",
      branch: "fix/issue-1",
      pushed: true,
      worktree_path: worktree,
      commits: [{ subject: "Add a" }],
    });
    expect(seen(world).cwd).toBe(worktree);
    expect(seen(world).env.get("KUGETSU_TEMP_DIR")).toMatch(new RegExp(`^${temp}/`));
    expect(seen(world).env.has("GITEA_TOKEN")).toBe(false);
    expect(forge.pulls(REPOSITORY)).toMatchObject([{ head: "fix/issue-1", state: "open" }]);
    // The issue's own words are known; nothing is said in it.
    expect(model.requests[0]?.ask.lastUser).toMatch(/It is broken.*Mend it\..*do it$/s);
    expect(world.botComments()).toEqual([]);

    model.play(script([bash(LOOK), say("Gone on.")]));
    const continued = await cli(["continue", ref, "-"], "and more\n", env);
    expect(continued).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Gone on\.\n/) });
    expect(continued.stderr).toContain("▸ bash: pwd");
    expect(model.requests.at(-1)?.ask.text).toContain("Made.");
    expect(model.requests.at(-1)?.ask.lastUser).toMatch(/and more$/);
    expect(seen(world).cwd).toBe(worktree);
    expect(seen(world).env.get("KUGETSU_TEMP_DIR")).toMatch(new RegExp(`^${temp}/`));

    model.play(script([bash(LOOK), say("Planned.")]));
    const delegated = await cli(["delegate", "plan it"], undefined, env);
    expect(delegated).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Planned\.\n/) });
    expect(seen(world).env.get("KUGETSU_TEMP_DIR")).toMatch(new RegExp(`^${temp}/`));
    expect(seen(world).env.get("GITEA_TOKEN")).toBe(PM_TOKEN);
    expect(seen(world).env.get("GITEA_URL")).toBe(forge.url);
    // SKILL.md is what it knows kugetsu by.
    const system = JSON.stringify(model.requests.at(-1)?.body);
    expect(system).toContain("For a PM agent");
  },
);

test("a repository on no configured forge stays local; a start over a worktree keeps what it held, and says where", async () => {
  await using world = await openWorld({ unserved: true });
  const { forge, model, cli, home } = world;
  await initialised(world);
  await writeFile(
    join(home, "repos.json"),
    JSON.stringify({ "github.com/shoko kugetsu#14": `${forge.url}/${REPOSITORY}.git` }),
  );
  const ref = "github.com/shoko/kugetsu#14";
  const work = "echo 1 > a; git add a; git commit -qm 'Add a'; echo 2 > loose; pwd";
  model.play(script([bash(work), say("Made.")]));
  const first = await cli(["start", ref, "implement feature X"]);
  expect(first).toMatchObject({ exitCode: 0 });
  expect(first.stdout).toMatch(/fix\/issue-14 \(\d new commits?, not pushed\)/);
  expect(first.stdout).toContain("No forge is configured");
  expect(first.stdout).toContain(join(home, "worktrees", "github.com-shoko-kugetsu-14"));
  expect(forge.pulls(REPOSITORY)).toEqual([]);

  model.play(script([bash("git log --format=%s"), say("Tested.")]));
  const more = await cli(["continue", ref, "add tests"]);
  expect(more).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Tested\.\n/) });
  expect(model.requests.at(-1)?.ask.results[0]).toContain("Add a");

  model.play(script([bash("ls; git log --format=%s"), say("Anew.")]));
  const again = await cli(["start", ref, "once more", "--json"]);
  const { kept } = JSON.parse(again.stdout) as { kept: string[] };
  expect(kept).toEqual([expect.stringContaining(`refs/kugetsu/kept/${ref}/`)]);
  expect(model.requests.at(-1)?.ask.results[0]).not.toContain("Add a");
  const listed = await cli(["list", "--kept"]);
  expect(listed.stdout).toContain(kept[0]);

  const gone = await cli(["destroy", ref, "-y"]);
  expect(gone).toMatchObject({ exitCode: 0 });
  expect((await cli(["list"])).stdout).not.toContain(ref);
  expect((await cli(["prune"])).stdout).not.toContain("github.com");
});

test("two sessions at once, each in its own worktree with its own data, go on when the server is killed", async () => {
  await using world = await openWorld({
    before: async ({ cli }) => {
      const quick = { KUGETSU_OPENCODE_BIN: "/bin/false" };
      expect(await cli(["init", "--headless"], undefined, quick)).toMatchObject({ exitCode: 0 });
      await cli(["env", "set", "GITEA_TOKEN", "-", "pm-agent"], PM_TOKEN);
    },
  });
  const { forge, model, cli, home } = world;
  await writeFile(
    join(home, "repos.json"),
    JSON.stringify({ "example.org/a/b": `${forge.url}/${REPOSITORY}.git` }),
  );
  const refs = [`${forge.host}/${REPOSITORY}#1`, "example.org/a/b#1"];
  const [one, two] = [steps("One"), steps("Two")];
  model.play((ask) => (ask.text.includes("example.org/a/b") ? two(ask) : one(ask)));
  const running = Promise.all(refs.map((ref) => cli(["start", ref, "do it"])));
  await model.until(({ ask }) => ask.step === 1 && ask.text.includes(refs[0] ?? ""));
  await model.until(({ ask }) => ask.step === 1 && ask.text.includes(refs[1] ?? ""));
  const results = [0, 1].map(
    (index) =>
      model.requests.find(({ ask }) => ask.step === 1 && ask.text.includes(refs[index] ?? ""))?.ask
        .results[0] ?? "",
  );
  const homes = results.map((text) => text.split("\n")[2]);
  expect(new Set(homes).size).toBe(2);
  expect(results[0]?.split("\n")[0]).toMatch(/worktrees\/.*olivia-shop-1$/);
  expect(results[1]?.split("\n")[0]).toMatch(/worktrees\/example.org-a-b-1$/);
  for (const text of results) expect(text).not.toContain(PM_TOKEN);
  const refused = await cli(["start", refs[1] ?? "", "me too"]);
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("runs already") });

  world.bot().signal("SIGKILL");
  await world.bot().exited;
  const ended = await running;
  for (const [index, { exitCode, stdout, stderr }] of ended.entries()) {
    expect(stderr).toContain("The server has gone");
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(index === 0 ? "One is done." : "Two is done."),
    });
  }
  await expect.poll(() => processesWith(join(home, "agents")), { timeout: 10_000 }).toEqual([]);
});
