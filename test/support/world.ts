import { readdir, readFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import type { SandboxForge, ThreadComment } from "../../src/demo/forge/sandbox.ts";
import {
  type ModelConfigOptions,
  startScriptedModel,
  type ScriptedModel,
} from "../../src/demo/model/scripted-model.ts";
import { serveBot, type ServedBot } from "../../src/demo/serve.ts";
import { NO_SANDBOX } from "./sandbox.ts";
import { type Face, openWayIn, REPOSITORY } from "./way-in.ts";

export { REPOSITORY, SECRET } from "./way-in.ts";

/** A forge, a model and a bot of their own, with people and one repository with one issue. */
export interface World extends AsyncDisposable {
  readonly forge: SandboxForge;
  readonly model: ScriptedModel;
  readonly home: string;
  /** The bot's login. */
  readonly login: string;
  /** The bot's token; a GitHub App has none of its own. */
  readonly token: string;
  readonly issue: number;
  /** The whole environment of the bot. */
  readonly env: Readonly<Record<string, string>>;
  bot(): ServedBot;
  /** Starts the bot again after its end, with more or other variables. */
  restart(env?: Readonly<Record<string, string>>): Promise<ServedBot>;
  /** Comments on the issue and returns the comment's id. */
  say(body: string, by?: string): number;
  /** Resolves with the status comment of that command once it is in a final state. */
  report(comment: number, timeoutMs?: number): Promise<ThreadComment>;
  /** The bot's comments in the issue, oldest first. */
  botComments(): readonly ThreadComment[];
  /** `kugetsu …` in the same environment. */
  readonly cli: (
    args: readonly string[],
    input?: string,
    env?: Readonly<Record<string, string>>,
  ) => Promise<{ exitCode: number | undefined; stdout: string; stderr: string }>;
}

const FINAL = /^\*\*(?:Done|Failed|Timed out|Stopped|Nothing)/;
const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

export async function openWorld(
  options: {
    /** `gitea` when left out. */
    face?: Face;
    env?: Readonly<Record<string, string>>;
    files?: Readonly<Record<string, string>>;
    /** How the model presents itself to the agent. */
    model?: ModelConfigOptions;
    /** No bot runs until `restart`. */
    unserved?: boolean;
    /** Runs before the bot starts. */
    before?: (world: Pick<World, "forge" | "model" | "home" | "cli">) => Promise<void>;
  } = {},
): Promise<World> {
  await using setup = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "kugetsu-world-"));
  setup.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const { face = "gitea" } = options;
  const forge = setup.use(await startSandboxForge({ face: face === "gitea" ? "gitea" : "github" }));
  const model = setup.use(await startScriptedModel());
  for (const login of ["olivia", "walter", "rita", "nora"]) forge.addUser(login);
  const { bot: login, token, ...wayIn } = openWayIn(forge, face);
  await forge.addRepository(REPOSITORY, {
    files: options.files ?? { "README.md": "# shop\n", "AGENTS.md": "Words of the repository.\n" },
    collaborators: {
      walter: "write",
      rita: "read",
      ...(face === "github-app" ? {} : { [login]: "write" }),
    },
  });
  if (face === "github-app") forge.installApp("kugetsu", "olivia", ["shop"]);
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    KUGETSU_HOME: join(home, "kugetsu"),
    ...wayIn.env,
    OPENCODE_CONFIG_CONTENT: JSON.stringify(model.config(options.model)),
    STATUS_INTERVAL: "0",
    SHUTDOWN_GRACE: "1s",
    LOG_LEVEL: "debug",
    // Without bubblewrap everything but the sandbox itself can still be tested.
    SANDBOX: NO_SANDBOX === undefined ? "required" : "off",
    ...options.env,
  };
  const cli: World["cli"] = async (args, input, more = {}) => {
    const run = await execa(process.execPath, [CLI, ...args], {
      env: { ...env, ...more },
      extendEnv: false,
      reject: false,
      ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    });
    return { exitCode: run.exitCode, stdout: run.stdout ?? "", stderr: run.stderr ?? "" };
  };
  await options.before?.({ forge, model, home, cli });
  let bot = options.unserved === true ? undefined : await serveBot(env);
  setup.defer(async () => bot?.[Symbol.asyncDispose]());
  const port = bot === undefined ? "0" : new URL(bot.url).port;
  if (bot !== undefined) await wayIn.listen(bot.url);
  const issue = forge.createIssue(REPOSITORY, {
    by: "walter",
    title: "It is broken",
    body: "Mend it.",
  });
  const botComments = () =>
    forge.issue(REPOSITORY, issue).comments.filter(({ by }) => by === login);

  const stack = setup.move();
  return {
    forge,
    model,
    home: env.KUGETSU_HOME,
    login,
    token,
    issue,
    env,
    bot: () => {
      if (bot === undefined) throw new Error("No bot runs in this world.");
      return bot;
    },
    restart: async (more = {}) => {
      bot = await serveBot({ ...env, ...more, PORT: port });
      return bot;
    },
    say: (body, by = "olivia") => forge.comment(REPOSITORY, issue, { by, body }),
    report: async (comment, timeoutMs = 120_000) => {
      const find = () =>
        botComments().find(({ id, body }) => id > comment && body.includes(`:${comment}:`));
      try {
        await forge.until(() => FINAL.test(find()?.body ?? ""), { timeoutMs });
      } catch (error) {
        const seen = find()?.body ?? "no comment";
        throw new Error(`No final status comment, but: ${seen}\nThe bot's log:\n${bot?.log()}`, {
          cause: error,
        });
      }
      const found = find();
      if (found === undefined) throw new Error("The status comment is gone.");
      return found;
    },
    botComments,
    cli,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Processes whose environment has this text, without this process. Linux only. */
export async function processesWith(text: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (environment.includes(text)) found.push(pid);
  }
  return found;
}
