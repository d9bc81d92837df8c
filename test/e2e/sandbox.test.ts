import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { NO_SANDBOX } from "../support/sandbox.ts";
import { openWorld, processesWith, REPOSITORY } from "../support/world.ts";

const TEST = `import assert from "node:assert/strict";
import { test } from "node:test";
test("it holds", () => assert.equal(1 + 1, 2));
`;

describe.skipIf(NO_SANDBOX !== undefined)(
  `an agent in its box${NO_SANDBOX === undefined ? "" : `, skipped: ${NO_SANDBOX}`}`,
  () => {
    test("reads no secret and nothing of others, writes nowhere else, and still builds, tests and commits", async () => {
      const secrets = {
        env: "the-secret-of-the-pm-agents-env-file",
        key: "the-private-key-in-the-operators-home",
        other: "the-words-in-the-worktree-of-another-issue",
      };
      await using world = await openWorld({
        files: {
          "README.md": "# shop\n",
          "sum.test.js": TEST,
          "package.json": '{"type":"module"}\n',
        },
        before: async ({ cli, home }) => {
          await cli(["env", "set", "GITEA_TOKEN", "-", "pm-agent"], secrets.env);
          await mkdir(join(home, ".ssh"));
          await writeFile(join(home, ".ssh/id_ed25519"), secrets.key);
        },
      });
      const { forge, model, home, env, token } = world;
      const other = forge.createIssue(REPOSITORY, { by: "walter", title: "Another one" });
      model.play(script([bash(`echo ${secrets.other} > notes.txt`), say("Noted.")]));
      const first = forge.comment(REPOSITORY, other, { by: "olivia", body: "/kugetsu fix" });
      await forge.until(
        () =>
          forge
            .issue(REPOSITORY, other)
            .comments.some(({ id, body }) => id > first && body.startsWith("**Done")),
        { timeoutMs: 120_000 },
      );
      const before = model.requests.length;

      const pid = world.bot().pid;
      const reads = [
        `cat ${home}/env/*.env`,
        `cat ${home}/kugetsu.db | head -c 20`,
        `cat ${home}/worktrees/*/notes.txt`,
        `ls ${home}/worktrees ${home}/mirrors ${home}/agents ${home}`,
        `cat ${env["HOME"]}/.ssh/id_ed25519 ~/.ssh/* /root/.ssh/*`,
        "cat /proc/*/environ | tr '\\0' '\\n' | grep -i -e GITEA_ -e WEBHOOK",
        `cat /proc/${pid}/environ /proc/${pid}/cmdline`,
        `head -c 10 /proc/${pid}/mem`,
        "cat /etc/shadow",
        "ls /var/run/docker.sock /run/docker.sock",
        "ps ax",
        "env",
      ];
      const writes = [
        `touch ${home}/x`,
        `touch ${home}/worktrees/x`,
        `for objects in ${home}/mirrors/*/objects; do touch $objects/x; done`,
        "touch /x /etc/x /usr/x /dev/x /run/x",
        "echo > ~/../config/opencode/opencode.json",
        `kill -9 ${pid}`,
        "mount -t tmpfs none /tmp",
        "cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern",
        "echo h > /proc/sysrq-trigger",
        "unshare --user --map-root-user true",
      ];
      model.play(
        script([
          unseen(reads.map((line) => `echo '== ${line.slice(0, 4)}'; ${line}`).join("\n")),
          unseen(writes.map((line) => `${line} && echo "WROTE by ${line}"`).join("\n")),
          unseen("echo host > /tmp/kugetsu-was-here; cat /tmp/kugetsu-was-here; id -u"),
          bash(
            "node --test && echo more >> README.md && git add . && git commit --quiet -m 'Say more' && git log --oneline | head -1",
          ),
          say("Did what I could."),
        ]),
      );
      const report = await world.report(world.say("/kugetsu fix"));
      expect(report.body).toContain("**Done");

      const asked = model.requests.slice(before);
      const seen = JSON.stringify(asked.map(({ body }) => body));
      for (const secret of [...Object.values(secrets), token, env["GITEA_WEBHOOK_SECRET"]]) {
        expect(seen).not.toContain(secret);
      }
      const [read = "", wrote = "", temp = "", built = ""] = asked.at(-1)?.ask.results ?? [];
      expect(read).not.toContain("SQLite format");
      expect(read).not.toMatch(/root:[^x]/);
      // It sees its own processes and no other.
      const processes = /== ps a\n([^=]*)/.exec(read)?.[1] ?? "";
      expect(processes).toContain("opencode");
      expect(processes).not.toContain("serve");
      expect(wrote).not.toContain("WROTE");
      expect(temp).toContain("host\n1000\n");
      expect(existsSync("/tmp/kugetsu-was-here")).toBe(false);
      expect(built).toMatch(/pass 1[^]*Say more/);
      expect(await forge.file(REPOSITORY, "fix/issue-1", "README.md")).toContain("more");
      expect(world.bot().log()).toContain('"sandbox":"bubblewrap"');
      // The process that waits for the next turn stands still.
      await forge.until(async () => (await openAgents(home)).join() === "T", { timeoutMs: 20_000 });
      const ready = await fetch(`${world.bot().url}/readyz`);
      expect(await ready.json()).toMatchObject({ status: "ready", parts: { sandbox: true } });
    });

    test("leaves nothing behind, however it starts it", async () => {
      await using world = await openWorld();
      const { model, forge } = world;
      model.play(
        script([
          bash(
            [
              "setsid sleep 600 >/dev/null 2>&1 </dev/null &",
              "sleep 601 >/dev/null 2>&1 </dev/null & disown",
              "nohup sleep 602 >/dev/null 2>&1 </dev/null &",
              "( ( env -i setsid sleep 603 >/dev/null 2>&1 </dev/null & ) & )",
              "echo started",
            ].join("\n"),
          ),
          say("Started."),
        ]),
      );
      const report = await world.report(world.say("/kugetsu fix"));
      expect(report.body).toContain("**Done");
      await forge.until(async () => (await sleepers()).length === 0, { timeoutMs: 10_000 });
      await world.bot()[Symbol.asyncDispose]();
      expect(await processesWith(world.home)).toEqual([]);
    });

    test("lets an agent that gave itself work do nothing between its turns", async () => {
      await using world = await openWorld();
      const { model } = world;
      // A second session over opencode's own port, whose turn is still under way when the first one's is over.
      const another = `
        port=$(tr '\\0' ' ' < /proc/2/cmdline | sed 's/.*--port \\([0-9]*\\).*/\\1/')
        ask() { curl -s -u "opencode:$OPENCODE_SERVER_PASSWORD" -H 'content-type: application/json' "http://127.0.0.1:$port$1?directory=$PWD" -d "$2"; }
        id=$(ask /session '{}' | sed 's/.*"id":"\\(ses_[A-Za-z0-9]*\\)".*/\\1/')
        ask /session/$id/prompt_async '{"parts":[{"type":"text","text":"GO ON IN SECRET"}]}'; echo started $id`;
      model.play(async (ask) => {
        if (ask.lastUser.includes("IN SECRET")) return { hang: true };
        return script([unseen(another), say("Done.")])(ask);
      });
      const report = await world.report(world.say("/kugetsu fix"));
      expect(report.body).toContain("**Done");
      expect(JSON.stringify(model.requests.map(({ body }) => body))).toContain("started ses_");
      const seen = model.requests.length;
      const help = world.say("/kugetsu help");
      await world.forge.until(() => world.botComments().some(({ id }) => id > help));
      // It was asked something that is not answered yet: nothing waits for a next turn then.
      expect(await openAgents(world.home)).toEqual([]);
      expect(model.requests.length).toBe(seen);
    });

    test("ends a fork bomb in words while the server goes on, and lets no file grow past its limit", async () => {
      await using world = await openWorld({
        env: { AGENT_PROCESSES: "200", AGENT_FILE_SIZE: "20M" },
      });
      const { model, forge } = world;
      model.play(
        script([unseen("echo kept > kept.txt; bomb() { bomb | bomb & }; bomb; sleep 600")]),
      );
      const order = world.say("/kugetsu fix");
      await model.until(({ ask }) => ask.lastUser.includes("issue"));
      const help = world.say("/kugetsu help");
      await forge.until(
        () => world.botComments().some(({ id, body }) => id > help && body.includes("delegate")),
        { timeoutMs: 30_000 },
      );
      const report = await world.report(order);
      expect(report.body).toMatch(/^\*\*Stopped\*\* .*It ran as many processes as it may: 200\./);
      expect(report.body).toContain("/kugetsu continue");
      expect((await fetch(`${world.bot().url}/healthz`)).status).toBe(200);
      expect(await processesWith(world.home)).toEqual([world.bot().pid]);

      model.play(
        script([
          bash("cat kept.txt; head -c 10G /dev/zero > big; ls -l big; truncate -s 10G big; rm big"),
          (ask) => say(ask.results.join("\n")),
        ]),
      );
      const second = await world.report(world.say("/kugetsu continue"));
      expect(second.body).toContain("**Done");
      expect(second.body).toContain("kept\n");
      expect(second.body).toContain(" 20971520 ");
      expect(second.body.match(/File size limit exceeded/g)).toHaveLength(2);
      expect(await forge.file(REPOSITORY, "fix/issue-1", "kept.txt")).toBe("kept\n");
    });
  },
);

/** A command that opencode's own rules do not understand: what is left to hold it is the box. */
function unseen(command: string) {
  const encoded = Buffer.from(command).toString("base64");
  return bash(`echo ${encoded} | base64 -d | bash 2>&1 || true`);
}

/** The states of the opencode processes that run for a home: `S` waits for something, `T` stands still. */
async function openAgents(home: string): Promise<string[]> {
  const texts = await Promise.all(
    (await processesWith(home)).map((pid) =>
      readFile(`/proc/${pid}/status`, "utf8").catch(() => ""),
    ),
  );
  return texts
    .filter((text) => /^Name:\s+opencode$/m.test(text))
    .map((text) => /^State:\s+(\w)/m.exec(text)?.[1] ?? "");
}

async function sleepers(): Promise<string[]> {
  return (await commandLines()).filter((line) => /sleep 60[0-3]/.test(line));
}

async function commandLines(): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) =>
      (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ").trim(),
    ),
  );
}
