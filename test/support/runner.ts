import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startScriptedModel, type ScriptedModel } from "../../src/demo/model/scripted-model.ts";
import { openBox } from "../../src/kugetsu/box.ts";
import { createOpencodeRunner } from "../../src/kugetsu/opencode/runner.ts";
import type { Watch } from "../../src/kugetsu/opencode/turn.ts";
import { endSurvivors, findByLease } from "../../src/kugetsu/opencode/survivors.ts";
import type {
  AgentPlace,
  Progress,
  Runner,
  TurnRequest,
  TurnResult,
} from "../../src/kugetsu/runner.ts";

export interface Told {
  sessions: string[];
  progress: Progress[];
}

/** Runners with the real opencode; only the model is scripted. */
export interface RunnerWorld extends AsyncDisposable {
  readonly root: string;
  readonly model: ScriptedModel;
  readonly lease: string;
  /** The operator's opencode configuration, read anew for every turn. */
  config: Record<string, unknown>;
  startRunner(idle?: { max: number; ms: number }, watch?: Watch): Runner;
  place(key: string, env?: Record<string, string>): Promise<AgentPlace>;
  turn(
    runner: Runner,
    at: AgentPlace,
    prompt: string,
    more?: Partial<TurnRequest>,
    told?: Told,
  ): Promise<TurnResult>;
  /** What the port of the one running opencode answers to a GET in that place. */
  ask(at: AgentPlace, path: string): Promise<unknown>;
  /** The command lines of what agents have running that begin so, sorted. */
  commands(start: string): string[];
}

export async function openRunnerWorld(): Promise<RunnerWorld> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "kugetsu-opencode-")));
  const model = await startScriptedModel();
  const lease = `test-${process.pid}-${Date.now()}`;
  const runners: Runner[] = [];

  const world: RunnerWorld = {
    root,
    model,
    lease,
    config: model.config(),

    startRunner(idle = { max: 0, ms: 60_000 }, watch?: Watch) {
      const runner = createOpencodeRunner({
        box: openBox,
        idle,
        ...(watch === undefined ? {} : { watch: () => watch }),
        config: async () => ({
          layers: [{ source: "the test", text: JSON.stringify(world.config), directory: root }],
          env: {},
          home: root,
          auth: undefined,
        }),
      });
      runners.push(runner);
      return runner;
    },

    async place(key, env = {}) {
      const cwd = join(root, "worktrees", key);
      await mkdir(cwd, { recursive: true });
      const git = {
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_NOSYSTEM: "1",
        PATH: process.env["PATH"],
      };
      execFileSync("git", ["init", "--quiet", cwd], { env: git });
      await writeFile(join(cwd, "hello.txt"), `hello from ${key}\n`);
      const path = (process.env["PATH"] ?? "")
        .split(":")
        .filter((entry) => !entry.includes("node_modules"));
      return {
        key,
        cwd,
        home: join(root, "agents", key),
        env: {
          PATH: path.join(":"),
          LANG: "C.UTF-8",
          KUGETSU_TEMP_DIR: join(root, "agents", key, "temp"),
          ...env,
        },
        lease,
      };
    },

    async turn(runner, at, prompt, more = {}, told = { sessions: [], progress: [] }) {
      return await runner.run({
        place: at,
        sessionId: undefined,
        forkOf: undefined,
        prompt,
        limits: { wallMs: 60_000, silenceMs: 30_000 },
        signal: new AbortController().signal,
        onSession: async (sessionId) => {
          told.sessions.push(sessionId);
        },
        onProgress: (progress) => {
          told.progress.push(progress);
        },
        ...more,
      });
    },

    async ask(at, path) {
      const [pid] = findByLease(lease);
      const strings = async (name: string) =>
        (await readFile(`/proc/${pid}/${name}`, "utf8")).split("\0");
      const args = await strings("cmdline");
      const mark = "OPENCODE_SERVER_PASSWORD=";
      const password = (await strings("environ")).find((entry) => entry.startsWith(mark));
      const url = new URL(path, `http://127.0.0.1:${args[args.indexOf("--port") + 1]}`);
      url.searchParams.set("directory", at.cwd);
      const user = Buffer.from(`opencode:${password?.slice(mark.length)}`).toString("base64");
      const response = await fetch(url, { headers: { authorization: `Basic ${user}` } });
      return await response.json();
    },

    commands(start) {
      const found = findByLease(lease).map((pid) => {
        try {
          return execFileSync("ps", ["-o", "args=", "-p", String(pid)], {
            encoding: "utf8",
          }).trim();
        } catch {
          return "";
        }
      });
      return found.filter((command) => command.startsWith(start)).toSorted();
    },

    async [Symbol.asyncDispose]() {
      await Promise.all(runners.map((runner) => runner[Symbol.asyncDispose]()));
      const survivors = await endSurvivors(lease);
      await model[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
      if (survivors.length > 0) throw new Error("Processes outlived their runner.");
    },
  };
  return world;
}
