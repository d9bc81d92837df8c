import { existsSync } from "node:fs";
import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BoxedCommand } from "../../../src/kugetsu/box.ts";
import { freeze, thaw } from "../../../src/kugetsu/opencode/freeze.ts";
import { chooseSandbox } from "../../../src/kugetsu/sandbox/choose.ts";
import { DEFAULT_LIMITS } from "../../../src/kugetsu/sandbox/limits.ts";
import { agentProcesses } from "../../../src/kugetsu/sandbox/processes.ts";
import { openSandbox } from "../../../src/kugetsu/sandbox/sandbox.ts";
import { NO_SANDBOX } from "../../support/sandbox.ts";

let home: string;
const PATH = process.env["PATH"];

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "kugetsu-box-")));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const options = (path = PATH) => ({ home, path, shown: [], secret: [] });

async function choose(mode: "required" | "preferred" | "off", path: string) {
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const sandbox = await chooseSandbox(mode, { ...options(path), limits: undefined, warn });
  return { sandbox, warnings };
}

// Its main thread ends itself; the other one holds 64 MB and beats.
const HEADLESS = `
import ctypes, threading, time
held = bytearray(64 * 1024 * 1024)
for at in range(0, len(held), 4096): held[at] = 1
def beat():
    n = 0
    while True:
        n += 1
        open("beat", "w").write(str(n))
        time.sleep(0.005)
threading.Thread(target=beat).start()
time.sleep(0.2)
ctypes.CDLL(None).syscall(60, 0)
`;
/** What the command wrote last; it writes again and again. */
async function beat(): Promise<string> {
  return readFile(join(home, "beat"), "utf8").catch(() => "");
}

const HAS_PYTHON = existsSync("/usr/bin/python3");

function command(script: string): BoxedCommand {
  return {
    file: "bash",
    args: ["-c", script],
    cwd: home,
    env: { PATH: "/usr/bin:/bin", WORD: "from the environment", HOME: home },
    scope: home,
    writable: [home],
    readable: [],
  };
}

async function run(script: string, limits = DEFAULT_LIMITS) {
  await using sandbox = await openSandbox({ ...options(), limits });
  const { file, args, env, cwd } = sandbox.box(command(script));
  return await execa(file, args, { env, cwd, extendEnv: false, reject: false, all: true });
}

describe("where bubblewrap is missing", () => {
  const nowhere = "/nowhere/bin";

  test("a required sandbox is refused, with what to install and how to do without", async () => {
    const refused = choose("required", nowhere);
    await expect(refused).rejects.toMatchObject({
      code: "failed",
      message: expect.stringContaining("bubblewrap is not installed"),
      hint: expect.stringMatching(/apt-get install bubblewrap[^]*SANDBOX=off/),
    });
  });

  test("a preferred one is a warning in one line", async () => {
    const { sandbox, warnings } = await choose("preferred", nowhere);
    expect(sandbox.kind).toBe("off");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).not.toContain("\n");
  });

  test("nobody is told who wrote that it is off", async () => {
    const { sandbox, warnings } = await choose("off", nowhere);
    expect([sandbox.kind, warnings]).toEqual(["off", []]);
  });

  test("a bubblewrap that does not work is refused with its own words", async () => {
    const bin = join(home, "bin");
    await execa("mkdir", [bin]);
    await writeFile(join(bin, "bwrap"), "#!/bin/sh\necho No permissions to create >&2; exit 1\n", {
      mode: 0o755,
    });
    await symlink("/usr/bin/prlimit", join(bin, "prlimit"));
    await expect(choose("required", `${bin}:/usr/bin:/bin`)).rejects.toMatchObject({
      message: expect.stringContaining("No permissions to create"),
      hint: expect.stringContaining("user namespaces"),
    });
  });
});

describe.skipIf(NO_SANDBOX !== undefined)(
  `a box${NO_SANDBOX === undefined ? "" : `, skipped: ${NO_SANDBOX}`}`,
  () => {
    test("runs a command in its directory, with its environment and exit code", async () => {
      const { all, exitCode } = await run("pwd; echo $WORD; echo x > written; exit 7");
      expect([all, exitCode]).toEqual([`${home}\nfrom the environment`, 7]);
    });

    test("has an account with a name, and no rights", async () => {
      const { all } = await run("id -un; id -u; grep CapBnd /proc/self/status; echo x > /etc/x");
      expect(all).toMatch(/^agent\n1000\nCapBnd:\s+0+\n.*Read-only file system/);
    });

    test("has the home that it is told, also for who looks it up", async () => {
      const { all } = await run('cd ~agent && pwd -P && test "$(pwd -P)" = "$HOME" && echo same');
      expect(all).toBe(`${home}\nsame`);
    });

    test("can set nothing in the kernel, as root neither", async () => {
      const { all } = await run(
        "for file in $(find /proc /sys -type f ! -path '/proc/[0-9]*' 2>/dev/null); do [ -w $file ] && echo $file; done; cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern",
      );
      expect(all).toMatch(/^[^\n]*core_pattern: Read-only file system$/);
    });

    test.skipIf(process.getuid?.() !== 0)(
      "shows what it needs of a home or of programs that lie where everything else is covered",
      async () => {
        const below = await mkdtemp("/usr/local/kugetsu-box-");
        try {
          const place = join(below, "home", "worktree");
          await execa("mkdir", ["-p", place]);
          await writeFile(join(below, "home", "secret"), "x");
          const secret = [below];
          await using sandbox = await openSandbox({
            ...options(),
            home: join(below, "home"),
            secret,
          });
          const { file, args, env, cwd } = sandbox.box({
            ...command(`touch here && ls ${below} ${below}/home; touch ${below}/there`),
            cwd: place,
            writable: [place],
          });
          const { all } = await execa(file, args, {
            env,
            cwd,
            extendEnv: false,
            reject: false,
            all: true,
          });
          expect(all).toContain(`${below}:\nhome\n\n${below}/home:\nworktree\n`);
          expect(all).toContain("Read-only file system");
        } finally {
          await rm(below, { recursive: true, force: true });
        }
      },
    );

    test("ends with whoever started it, and all that ran in it", async () => {
      await using sandbox = await openSandbox(options());
      const { file, args, env, cwd } = sandbox.box(command("setsid sleep 600 & echo up; wait"));
      const child = execa(file, args, { env, cwd, extendEnv: false, reject: false, buffer: false });
      await new Promise((resolve) => child.stdout.once("data", resolve));
      const processes = agentProcesses(child.pid ?? 0, () => []);
      const pids = async () => (await processes.list()).length;
      await expect.poll(pids).toBe(3);
      child.kill("SIGKILL");
      await child;
      await expect.poll(pids).toBe(0);
    });

    test("stands still as a whole, and goes on as a whole", async () => {
      await using sandbox = await openSandbox(options());
      const { file, args, env, cwd } = sandbox.box(
        command("(while :; do date +%N > beat; done) & while :; do sleep 0.01; done"),
      );
      const child = execa(file, args, { env, cwd, extendEnv: false, reject: false, buffer: false });
      const agent = { processes: agentProcesses(child.pid ?? 0, () => []) };
      await expect.poll(beat).not.toBe("");
      expect(await freeze(agent)).toBe(true);
      const stood = await beat();
      // It beats a hundred times in the time of these looks.
      for (let look = 0; look < 20; look++) await agent.processes.list();
      expect(await beat()).toBe(stood);
      await thaw(agent);
      await expect.poll(beat).not.toBe(stood);
      child.kill("SIGKILL");
      await child;
    });

    test.skipIf(!HAS_PYTHON)(
      "hides no process whose first thread has ended while others go on",
      async () => {
        await using sandbox = await openSandbox(options());
        const { file, args, env, cwd } = sandbox.box(
          command(`python3 -c '${HEADLESS}'; sleep 600`),
        );
        const child = execa(file, args, {
          env,
          cwd,
          extendEnv: false,
          reject: false,
          buffer: false,
        });
        const agent = { processes: agentProcesses(child.pid ?? 0, () => []) };
        await expect.poll(beat).not.toBe("");
        const uses = await agent.processes.list();
        const [largest] = uses.toSorted((one, other) => other.memoryBytes - one.memoryBytes);
        expect(largest?.memoryBytes).toBeGreaterThan(50_000_000);
        expect(largest?.group).toBeDefined();
        expect(await agent.processes.memory()).toBeGreaterThan(50_000_000);
        expect(await freeze(agent)).toBe(true);
        const stood = await beat();
        for (let look = 0; look < 20; look++) await agent.processes.list();
        expect(await beat()).toBe(stood);
        child.kill("SIGKILL");
        await child;
      },
    );

    test("cannot have more processes than it may, as root neither", async () => {
      const limits = { ...DEFAULT_LIMITS, processes: 64 };
      const { all } = await run(
        "exec sh -c 'while sleep 600 & do n=$((n+1)); echo $n; done' 2>&1",
        limits,
      );
      const started = [...all.matchAll(/^\d+$/gm)].length;
      expect(started).toBeGreaterThan(32);
      expect(started).toBeLessThan(64);
      expect(all).toContain("Cannot fork");
    });

    test("cannot write a larger file than it may", async () => {
      const limits = { ...DEFAULT_LIMITS, fileBytes: 1_000_000 };
      const { all, exitCode } = await run(
        "head -c 5000000 /dev/zero > big; stat -c %s big",
        limits,
      );
      expect(all).toContain("1000000");
      expect(exitCode).toBe(0);
    });
  },
);
