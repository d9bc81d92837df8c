import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pc from "picocolors";
import { safeMessage } from "../kugetsu/errors.ts";
import { openSandbox } from "../kugetsu/sandbox/sandbox.ts";
import { startSandboxForge } from "./forge/forge.ts";
import { startScriptedModel } from "./model/scripted-model.ts";
import { serveBot } from "./serve.ts";
import { testsPass } from "./proof.ts";
import { FILES, ISSUE, play } from "./story.ts";

const HELP = `npm run demo [-- --once]

Starts a forge, a model and the bot on this machine, and plays a story: an issue, a fix, and a follow-up.
Everything but the model's words is real. It stays up to be looked at; --once ends by itself.
`;
const WAIT = { timeoutMs: 240_000 };
const REPOSITORY = "olivia/shop";

const { values } = parseArgs({
  options: { once: { type: "boolean" }, help: { type: "boolean", short: "h" } },
});
if (values.help === true) process.stdout.write(HELP);
else process.exitCode = (await demo(values.once === true)) ? 0 : 1;

/** Plays the story; true when everything that it should bring is there. */
async function demo(once: boolean): Promise<boolean> {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "kugetsu-demo-"));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  tell("Starting a forge and a model on this machine.");
  const forge = stack.use(await startSandboxForge());
  const model = stack.use(await startScriptedModel());
  model.play(play);
  const secret = "a-secret-of-the-demo-only";
  forge.addUser("olivia");
  const { token } = forge.addUser("kugetsu-bot");
  await forge.addRepository(REPOSITORY, {
    files: FILES,
    collaborators: { "kugetsu-bot": "write" },
  });

  const sandbox = await sandboxOf(home);
  tell("Starting the bot: kugetsu serve");
  const bot = stack.use(
    await serveBot({
      PATH: process.env["PATH"] ?? "",
      KUGETSU_HOME: home,
      HOME: home,
      GITEA_URL: forge.url,
      GITEA_TOKEN: token,
      GITEA_WEBHOOK_SECRET: secret,
      OPENCODE_CONFIG_CONTENT: JSON.stringify(model.config()),
      STATUS_INTERVAL: "1",
      SANDBOX: sandbox === undefined ? "off" : "required",
    }),
  );
  forge.addHook(REPOSITORY, { url: `${bot.url}/webhooks/gitea`, secret });

  const issue = forge.createIssue(REPOSITORY, { by: "olivia", ...ISSUE });
  const page = `${forge.url}/${REPOSITORY}/issues/${issue}`;
  tell(`olivia opens an issue: ${pc.bold(ISSUE.title)}`);
  tell(`Watch it here: ${pc.cyan(page)}`);
  const redBefore = !(await testsPass(forge.gitDir(REPOSITORY), "main"));
  tell(`The repository's own test is ${redBefore ? pc.red("red") : "green"}.`);

  const reports: string[] = [];
  for (const words of ["/kugetsu fix", "/kugetsu continue add a test for the empty basket"]) {
    tell(`olivia comments: ${pc.bold(words)}`);
    const comment = forge.comment(REPOSITORY, issue, { by: "olivia", body: words });
    const report = await followReport(forge, issue, comment);
    reports.push(report);
    if (!report.startsWith("**Done")) break;
  }

  const pull = forge.pulls(REPOSITORY)[0];
  const green = pull !== undefined && (await testsPass(forge.gitDir(REPOSITORY), pull.head));
  if (pull !== undefined) {
    tell(
      `Pull request ${pc.cyan(`${forge.url}/${REPOSITORY}/pulls/${pull.number}`)} from ${pc.bold(pull.head)}.`,
    );
  }
  tell(`The test on the branch is ${green ? pc.green("green") : pc.red("red")}.`);
  const done = reports.length === 2 && reports.every((report) => report.startsWith("**Done"));
  const good = redBefore && green && done;
  if (!good)
    process.stderr.write(`${pc.red("The story did not end well.")} The bot's log:\n${bot.log()}\n`);
  if (!once) {
    tell(
      `It stays up. Issue: ${pc.cyan(page)}  Bot: ${pc.cyan(`${bot.url}/readyz`)}  Ctrl-C ends it.`,
    );
    await interrupted();
  }
  tell("Ending.");
  return good;
}

/** The demo goes on where agents cannot be boxed in, and says so. */
async function sandboxOf(home: string): Promise<string | undefined> {
  const options = { home, path: process.env["PATH"], shown: [], secret: [] };
  try {
    await using sandbox = await openSandbox(options);
    return sandbox.kind;
  } catch (error) {
    tell(pc.yellow(safeMessage(error)));
    tell(pc.yellow("This demo goes on without one; `kugetsu serve` would not."));
    return undefined;
  }
}

/** Tells each new state of the bot's status comment, and returns the last one. */
async function followReport(
  forge: Awaited<ReturnType<typeof startSandboxForge>>,
  issue: number,
  after: number,
): Promise<string> {
  let told = "";
  const status = () =>
    forge.issue(REPOSITORY, issue).comments.find(({ id, by }) => by === "kugetsu-bot" && id > after)
      ?.body ?? "";
  for (;;) {
    await forge.until(() => status() !== told, { ...WAIT, what: "the next words of the bot" });
    told = status();
    for (const line of visible(told))
      process.stdout.write(`    ${pc.dim("kugetsu-bot |")} ${line}\n`);
    if (/^\*\*(?:Done|Failed|Timed out|Stopped)/.test(told)) return told;
  }
}

function visible(markdown: string): string[] {
  return markdown.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("<!--"));
}

function tell(line: string): void {
  process.stdout.write(`${pc.green("•")} ${line}\n`);
}

async function interrupted(): Promise<void> {
  await new Promise<void>((resolve) => {
    // The handlers stay: a second Ctrl-C while everything closes must not leave the servers behind.
    process.on("SIGINT", () => resolve());
    process.on("SIGTERM", () => resolve());
    setInterval(() => undefined, 60_000).unref();
  });
}
