import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import type { ScriptedModel } from "../../src/demo/model/scripted-model.ts";
import type { SandboxForge } from "../../src/demo/forge/sandbox.ts";
import { findOpencode } from "../../src/kugetsu/opencode/binary.ts";
import { storedConversation } from "../../src/kugetsu/shell-home/stored-conversation.ts";
import { openRunnerWorld } from "../support/runner.ts";
import { NO_LONG } from "../support/long.ts";
import { openWorld, REPOSITORY } from "../support/world.ts";

/** One turn as the shell version ran it: the user's own opencode, in that directory; returns the session's id. */
async function opencodeRun(
  home: string,
  model: ScriptedModel,
  cwd: string,
  words: string,
): Promise<string> {
  const ran = await execa(findOpencode(), ["run", "--format", "json", words], {
    cwd,
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      OPENCODE_CONFIG_CONTENT: JSON.stringify(model.config()),
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    },
    extendEnv: false,
    stdin: "ignore",
  });
  const [first = "{}"] = ran.stdout.split("\n");
  return String((JSON.parse(first) as { sessionID?: string }).sessionID);
}

// The forge is in this process: nothing may be waited for synchronously.
const git = (cwd: string, ...args: string[]) => execa("git", args, { cwd });

/** A home as the shell version's document describes it: base, PM agent, and one issue at work in a plain clone. */
async function makeShellHome(home: string, forge: SandboxForge, model: ScriptedModel) {
  const root = join(home, "kugetsu");
  const instance = new URL(forge.url).host;
  const ref = `${instance}/${REPOSITORY}#1`;
  const name = ref.replaceAll(/[^A-Za-z0-9._-]/g, "-");
  const clone = join(root, "worktrees", name);
  for (const directory of ["sessions", "worktrees", "env"])
    mkdirSync(join(root, directory), { recursive: true });
  await git(home, "clone", "-q", `${forge.url}/${REPOSITORY}.git`, clone);
  await git(clone, "checkout", "-q", "-b", "fix/issue-1");

  model.play(script([say("The password of the base is quince.")]));
  const base = await opencodeRun(home, model, home, "You are the base.");
  model.play(
    script([
      bash(
        "echo committed > one.txt && git add . && git -c user.name=A -c user.email=a@b.c commit -qm One",
      ),
      bash("echo loose > two.txt"),
      say("I remember apricots."),
    ]),
  );
  const id = await opencodeRun(home, model, clone, "Mend the shop.");

  const created = "2026-03-29T18:16:10+02:00";
  const write = (path: string, value: unknown) =>
    writeFileSync(join(root, path), JSON.stringify(value, undefined, 2));
  write("index.json", { base, pm_agent: "ses_pm0", issues: { [ref]: `${name}.json` } });
  const shared = { created_at: created, state: "idle" };
  write("sessions/base.json", { type: "base", opencode_session_id: base, ...shared });
  write("sessions/pm-agent.json", { type: "pm_agent", opencode_session_id: "ses_pm0", ...shared });
  write(`sessions/${name}.json`, {
    type: "forked",
    issue_ref: ref,
    opencode_session_id: id,
    worktree_path: clone,
    ...shared,
  });
  writeFileSync(join(root, "env/default.env"), "export GITEA_TOKEN=from-the-shell-version\n");
  return { ref, name, id, base };
}

const json = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;

test.skipIf(NO_LONG !== undefined)(
  "a home of the shell version is taken over, and an issue goes on in its conversation, with its work",
  async () => {
    let shell = { ref: "", name: "", id: "", base: "" };
    await using world = await openWorld({
      before: async ({ forge, model, home }) => {
        shell = await makeShellHome(home, forge, model);
      },
    });
    const { forge, model, home } = world;
    const { ref, name, id, base } = shell;
    expect(world.bot().log()).toMatch(/was taken over: 3 sessions, 1 with a clone/);
    expect(world.bot().log()).toMatch(
      /GITEA_TOKEN in env\/default.env is withheld from dev agents/,
    );
    const [backup = ""] = readdirSync(join(home, "backup"));
    expect(json(join(home, "index.json"))).toMatchObject({
      base,
      issues: { [ref]: `${name}.json` },
    });
    const file = join(home, "sessions", `${name}.json`);
    expect(json(file)).toMatchObject({
      type: "forked",
      issue_ref: ref,
      opencode_session_id: id,
      worktree_path: join(home, "backup", backup, "worktrees", name),
    });
    expect(Date.parse(String(json(file)["created_at"]))).toBe(
      Date.parse("2026-03-29T18:16:10+02:00"),
    );

    model.play(
      script([
        bash(
          "cat one.txt two.txt; git log --format=%s; git status --short; env | grep -c from-the-shell",
        ),
        bash("echo three > three.txt && git add . && git commit -qm Three"),
        say("Done."),
      ]),
    );
    const report = await world.report(world.say("/kugetsu continue and the rest"));
    expect(report.body).toContain("**Done");
    const asks = model.requests.map(({ ask }) => ask);
    const last = asks.at(-1);
    expect(last?.text).toContain("I remember apricots.");
    expect(last?.text).toContain("Mend the shop.");
    expect(last?.results.join("\n")).toContain("committed\nloose\n");
    expect(last?.results.join("\n")).toMatch(/^0$/m);
    for (const path of ["one.txt", "two.txt", "three.txt"])
      expect(await forge.file(REPOSITORY, "fix/issue-1", path)).toBeDefined();
    expect(json(file)["opencode_session_id"]).not.toBe(id);
    expect(json(file)["worktree_path"]).toBe(join(home, "worktrees", name));

    // A new issue is forked from the base of then.
    const issue = forge.createIssue(REPOSITORY, { by: "olivia", title: "Another" });
    forge.comment(REPOSITORY, issue, { by: "olivia", body: "/kugetsu fix" });
    await forge.until(() => model.requests.at(-1)?.ask.text.includes("quince") === true, {
      timeoutMs: 60_000,
    });
    world.say("/kugetsu reset");
    const issues = () => Object.keys(json(join(home, "index.json"))["issues"] as object);
    await forge.until(() => !issues().includes(ref), { timeoutMs: 60_000 });
    expect(existsSync(file)).toBe(false);
    // The shell version's own turns come on top of those that a test usually has.
  },
  400_000,
);

test.skipIf(NO_LONG !== undefined)(
  "a conversation that an older opencode kept in files is forked from",
  async () => {
    await using world = await openRunnerWorld();
    const storage = join(world.root, "storage");
    const put = (path: string, value: unknown) => {
      mkdirSync(join(storage, path, ".."), { recursive: true });
      writeFileSync(join(storage, path), JSON.stringify(value));
    };
    const [id, asked, answered] = [
      "ses_1",
      "msg_99d2c1f0a001AAAAAAAAAAAAAA",
      "msg_99d2c1f0b001BBBBBBBBBBBBBB",
    ];
    const of = (messageID: string) => ({ sessionID: id, messageID });
    put(`message/${id}/${asked}.json`, {
      id: asked,
      sessionID: id,
      role: "user",
      time: { created: 1 },
    });
    put(`message/${id}/${answered}.json`, {
      id: answered,
      sessionID: id,
      role: "assistant",
      system: ["old"],
      time: { created: 2, completed: 3 },
    });
    put(`part/${asked}/prt_99d2c1f0a001AAAAAAAAAAAAAA.json`, {
      id: "prt_99d2c1f0a001AAAAAAAAAAAAAA",
      ...of(asked),
      type: "text",
      text: "Mend the shop.",
    });
    put(`part/${answered}/prt_99d2c1f0b001BBBBBBBBBBBBBB.json`, {
      id: "prt_99d2c1f0b001BBBBBBBBBBBBBB",
      ...of(answered),
      type: "text",
      text: "I remember apricots.",
    });
    put(`part/${answered}/prt_99d2c1f0b002BBBBBBBBBBBBBB.json`, {
      id: "prt_99d2c1f0b002BBBBBBBBBBBBBB",
      ...of(answered),
      type: "tool",
      callID: "call_1",
      tool: "bash",
      state: {
        status: "completed",
        input: { command: "ls" },
        output: "quinces",
        title: "ls",
        metadata: {},
        time: { start: 1, end: 2 },
      },
    });
    world.model.play(script([say("Done.")]));
    const turn = await world.turn(world.startRunner(), await world.place("a"), "Go on.", {
      forkOf: await storedConversation(storage, id),
    });
    expect(turn.outcome).toBe("finished");
    const words = JSON.stringify(world.model.requests.at(-1)?.ask);
    for (const part of ["Mend the shop.", "I remember apricots.", "quinces", "Go on."])
      expect(words).toContain(part);
  },
);
