import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { startSandboxForge } from "../src/demo/forge/forge.ts";
import { bash, say, script } from "../src/demo/model/script.ts";
import { startScriptedModel } from "../src/demo/model/scripted-model.ts";
import { serveBot, type ServedBot } from "../src/demo/serve.ts";
import { openBareAgent } from "./bare-agent.ts";
import { printCost, printTable, type Samples } from "./table.ts";

/**
 * From a delivery to the reaction and to the model's first request, for a new session (with an empty base, the same
 * without a sandbox, and with a full base) and a warm one, beside `opencode run` and a bare turn over ACP in the same folder, alternating in one run. Only the ratios
 * mean anything: `npm run bench -- --rounds 5`.
 */
const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const ROUNDS = Number(values.rounds);
const REPOSITORY = "olivia/shop";
const SECRET = "a-secret-of-the-bench-only";

await using stack = new AsyncDisposableStack();
const scratch = await mkdtemp(join(tmpdir(), "kugetsu-bench-"));
stack.defer(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
const model = stack.use(await startScriptedModel());
model.play(
  script([bash("date > now.txt; git add . && git commit --quiet --message now"), say("Done.")]),
);
const forge = stack.use(await startSandboxForge());
forge.addUser("olivia");
const { token } = forge.addUser("kugetsu-bot");

const empty = await openBot("empty", undefined);
const unboxed = await openBot("unboxed", undefined, "off");
const full = await openBot("full", "Remember this for every issue: keep it small.");
const folder = join(scratch, "folder");
await execa("git", ["clone", "--quiet", forge.gitDir(`${REPOSITORY}-empty`), folder]);
const bareAgent = async (name: string, snapshot: boolean) =>
  stack.use(
    await openBareAgent({ home: join(scratch, name), folder, config: model.config(), snapshot }),
  );
const bare = await bareAgent("bare", false);
const asItComes = await bareAgent("as-it-comes", true);
const runHome = join(scratch, "run");
await opencodeRun();
await bare.turn("Warm up.");
await asItComes.turn("Warm up.");

const samples: Samples = new Map();
for (let round = 0; round < ROUNDS; round += 1) {
  add("opencode run, spawn → first request", await opencodeRun());
  add("bare ACP turn, prompt → first request", await firstRequest(() => bare.turn("Go on.")));
  add(
    "bare ACP turn with opencode's snapshots, prompt → first request",
    await firstRequest(() => asItComes.turn("Go on.")),
  );
  for (const bot of rotated([empty, unboxed, full], round)) {
    const fix = await order(bot, bot.issue(), "/kugetsu fix");
    add(`${bot.name}: delivery → reaction`, fix.reaction);
    add(`${bot.name}: delivery → first request of a new session`, fix.request);
    const more = await order(bot, fix.number, "/kugetsu continue");
    add(`${bot.name}: delivery → first request of a warm session`, more.request);
  }
}
printTable(samples, {
  new: "opencode run, spawn → first request",
  warm: "bare ACP turn, prompt → first request",
});
printCost(samples, { of: "empty", without: "unboxed" });

/** Whoever comes right after `opencode run` meets what that leaves behind: each comes first in turn. */
function rotated<T>(all: readonly T[], by: number): readonly T[] {
  const start = by % all.length;
  return [...all.slice(start), ...all.slice(0, start)];
}

interface BenchBot {
  readonly name: string;
  readonly repository: string;
  readonly served: ServedBot;
  issue(): number;
}

async function openBot(
  name: string,
  prompt: string | undefined,
  sandbox: "required" | "off" = "required",
): Promise<BenchBot> {
  const repository = `${REPOSITORY}-${name}`;
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, n) => [`src/file-${n}.txt`, `${n}\n`]),
  );
  await forge.addRepository(repository, { files, collaborators: { "kugetsu-bot": "write" } });
  const home = join(scratch, name);
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    KUGETSU_HOME: home,
    GITEA_URL: forge.url,
    GITEA_TOKEN: token,
    GITEA_WEBHOOK_SECRET: SECRET,
    OPENCODE_CONFIG_CONTENT: JSON.stringify(model.config()),
    SANDBOX: sandbox,
  };
  if (prompt !== undefined) {
    const cli = new URL("../src/cli.ts", import.meta.url).pathname;
    await execa(process.execPath, [cli, "init", "--headless", "--prompt", prompt], {
      env,
      extendEnv: false,
    });
  }
  const served = stack.use(await serveBot(env));
  forge.addHook(repository, { url: `${served.url}/webhooks/gitea`, secret: SECRET });
  return {
    name,
    repository,
    served,
    issue: () => forge.createIssue(repository, { by: "olivia", title: "Something is wrong" }),
  };
}

/** Comments, and waits for the end. Times are milliseconds from the delivery's sending. */
async function order(
  bot: BenchBot,
  number: number,
  words: string,
): Promise<{ number: number; reaction: number; request: number }> {
  await forge.deliveriesSent();
  const seen = {
    deliveries: forge.deliveries.length,
    requests: model.requests.length,
    forge: forge.requests.length,
  };
  const comment = forge.comment(bot.repository, number, { by: "olivia", body: words });
  const isOver = () =>
    forge
      .issue(bot.repository, number)
      .comments.some(({ id, body }) => id > comment && body.startsWith("**Done"));
  // Telling whoever asked is the last request of a job.
  const isTold = () =>
    forge.requests
      .slice(seen.forge)
      .some(
        ({ path, body }) =>
          path.endsWith("/requested_reviewers") ||
          JSON.stringify(body ?? "").includes(`@olivia it is done`),
      );
  await forge.until(() => isOver() && isTold(), { timeoutMs: 120_000 });
  const sent = forge.deliveries[seen.deliveries]?.at ?? Number.NaN;
  const reaction = forge.requests.slice(seen.forge).find(({ path }) => path.endsWith("/reactions"));
  return {
    number,
    reaction: (reaction?.at ?? Number.NaN) - sent,
    request: (model.requests[seen.requests]?.at ?? Number.NaN) - sent,
  };
}

/** One `opencode run`, as somebody would in that folder: spawn to the model's first request, in milliseconds. */
async function opencodeRun(): Promise<number> {
  return firstRequest(async () => {
    await execa(bare.program, ["run", "Fix the issue."], {
      cwd: folder,
      extendEnv: false,
      stdin: "ignore",
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: runHome,
        OPENCODE_CONFIG_CONTENT: JSON.stringify(model.config()),
        OPENCODE_DISABLE_MODELS_FETCH: "1",
        OPENCODE_DISABLE_AUTOUPDATE: "1",
      },
    });
  });
}

async function firstRequest(act: () => Promise<unknown>): Promise<number> {
  const seen = model.requests.length;
  const begun = Date.now();
  await act();
  return (model.requests[seen]?.at ?? Number.NaN) - begun;
}

function add(name: string, ms: number): void {
  samples.set(name, [...(samples.get(name) ?? []), ms]);
  process.stderr.write(`${name}: ${ms} ms\n`);
}
