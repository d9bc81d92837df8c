import { readdirSync, readFileSync } from "node:fs";
import { execa } from "execa";
import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import type { ThreadComment } from "../../src/demo/forge/sandbox.ts";
import { refusals } from "../support/refusals.ts";
import { openWorld, REPOSITORY, type World } from "../support/world.ts";

/** What a secret looks like: tokens of people and of installations, a private key. */
const SECRETS = /gh[ps]_\w{8}|PRIVATE KEY/;

/** The report of that command, and the command lines of every program that ran here meanwhile. */
async function watched(world: World, order: number): Promise<[ThreadComment, string[]]> {
  const seen = new Set<string>();
  const isOver = () => {
    for (const line of commandLines()) seen.add(line);
    return world.botComments().some(({ id, body }) => id > order && body.startsWith("**Done"));
  };
  await world.forge.until(isOver, { timeoutMs: 120_000 }).catch(() => undefined);
  return [await world.report(order, 1_000), [...seen]];
}

function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    });
}

/** The comment of that id in the issue. */
function comment({ forge, issue }: World, id: number): ThreadComment | undefined {
  return forge.issue(REPOSITORY, issue).comments.find((one) => one.id === id);
}

test.each([
  ["with a token", "github-token", "/kugetsu fix gently"],
  ["as an App", "github-app", "@kugetsu fix gently"],
] as const)(
  "on GitHub %s an issue becomes a branch, a pull request and a report, and a follow-up goes on",
  async (_, face, order) => {
    await using world = await openWorld({ face });
    const { forge, model, login } = world;
    // Whoever may not push starts nothing.
    const refused = world.say("/kugetsu fix", "rita");
    // Anybody can install an App that is public.
    forge.addOrganization("acme", { owners: ["nora"] });
    await forge.addRepository("acme/api", { files: { "README.md": "# api\n" } });
    forge.createIssue("acme/api", { by: "nora", title: "Total", body: "/kugetsu fix" });
    if (face === "github-app") forge.installApp("kugetsu", "acme");
    const foreign = forge.comment("acme/api", 1, { by: "nora", body: "/kugetsu fix" });

    model.play(
      script([
        bash("pwd; env"),
        bash("echo mended > mended.txt && git add . && git commit --quiet --message 'Mend it'"),
        say("Mended it. cc @walter, fixes #1"),
      ]),
    );
    const fix = world.say(`Please look:\n\n${order}`);
    const [report, lines] = await watched(world, fix);
    expect(report.body).toContain("**Done");
    expect(report.body).not.toMatch(/@walter|fixes #1\b/);
    expect(await forge.file(REPOSITORY, "fix/issue-1", "mended.txt")).toBe("mended\n");
    const [pull] = forge.pulls(REPOSITORY);
    expect(pull).toMatchObject({ head: "fix/issue-1", base: "main", by: login, state: "open" });
    expect(pull?.body).toContain("Fixes #1");
    expect(report.body).toContain(pull?.url);
    expect(report.body).toContain("fix/issue-1");
    expect(comment(world, fix)?.reactions).toContainEqual({ by: login, content: "eyes" });
    expect(comment(world, refused)?.reactions).toEqual([{ by: login, content: "-1" }]);
    await forge.until(() => forge.pulls(REPOSITORY)[0]?.reviewers.includes("olivia") === true);

    model.play(
      script([
        bash("cat mended.txt; echo more >> mended.txt; git commit --quiet --all -m 'Mend more'"),
        say("Mended more."),
      ]),
    );
    const second = await world.report(world.say("/kugetsu continue more of it", "walter"));
    expect(second.body).toContain("**Done");
    expect(await forge.file(REPOSITORY, "fix/issue-1", "mended.txt")).toBe("mended\nmore\n");
    expect(forge.pulls(REPOSITORY)).toHaveLength(1);
    const asked = model.requests.find(({ ask }) => ask.lastUser.endsWith("more of it"));
    expect(asked?.ask.text).toContain("gently");
    const log = ["log", "-2", "--format=%cn <%ce>", "fix/issue-1"];
    const { stdout: committers } = await execa("git", ["-C", forge.gitDir(REPOSITORY), ...log]);
    expect(committers.split("\n")).toEqual([
      expect.stringMatching(new RegExp(`^${login.replace(/[[\]]/g, "\\$&")} <.+@.+>$`)),
      committers.split("\n")[0],
    ]);

    // What is said while the bot is down is done once, afterwards.
    world.bot().signal("SIGTERM");
    await world.bot().exited;
    const down = world.say("/kugetsu help", "walter");
    await forge.deliveriesSent();
    await using _again = await world.restart();
    const answers = () => world.botComments().filter(({ id }) => id > down);
    await forge.until(() => answers().length > 0, { timeoutMs: 20_000 });
    // A later order shows that nothing else of the first was under way.
    const later = world.say("/kugetsu status", "walter");
    await forge.until(() => answers().some(({ id }) => id > later), { timeoutMs: 20_000 });
    expect(answers()).toHaveLength(2);

    expect(forge.issue("acme/api", 1).comments.map(({ id }) => id)).toEqual([foreign]);
    expect(forge.requests.filter(({ path }) => path.includes("acme"))).toEqual([]);
    expect(lines.join("\n")).toMatch(/git.* push /);
    expect(lines.join("\n")).not.toMatch(SECRETS);
    expect(JSON.stringify(model.requests)).not.toMatch(SECRETS);
    expect(JSON.stringify(world.botComments())).not.toMatch(SECRETS);
    expect(world.bot().log()).not.toMatch(SECRETS);
    const search = ["-rlaE", SECRETS.source, world.home];
    const files = await execa("grep", search, { reject: false });
    expect(files).toMatchObject({ exitCode: 1, stdout: "" });
    expect(refusals(forge)).toEqual([]);
  },
);
