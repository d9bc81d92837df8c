import type { Bot } from "../bot.ts";
import { readConfig, readHome, type ServeConfig } from "../config.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { readHomeConfig } from "./read-config.ts";
import { parseArguments } from "./arguments.ts";
import type { CliCommand, Io } from "./command.ts";
import { listenForSignals } from "./signals.ts";

/** `kugetsu serve` */
export const serve: CliCommand = {
  summary: "run the bot: receive webhooks and work off what they ask for",
  usage: `Usage: kugetsu serve

Settings are environment variables, and all but the secrets and KUGETSU_HOME may also stand in KUGETSU_HOME/config
(see \`kugetsu help config\`). At least one forge is needed, here or by \`kugetsu forge add\`:
  GITEA_URL                  address of your Gitea or Forgejo
  GITEA_TOKEN                token of the bot's account: write:issue, write:repository, read:user
  GITEA_WEBHOOK_SECRET       at least 16 characters, the same text as in the webhook;
                             GITEA_WEBHOOK_SECRET_PREVIOUS is accepted too, while it is being changed
  GITEA_PERMISSION_TOKEN     token of an admin of the whole server, for what the bot's account is not told about
                             people's rights: read:repository, read:organization, read:user
  GITHUB_TOKEN               token of the bot's account on GitHub: a classic one with the scope repo (in organisations
                             read:org as well), or a fine-grained one with contents, issues and pull requests: write
  GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY, GITHUB_APP_ACCOUNTS
                             or a GitHub App: its number, its key (text or path), the accounts that it serves
  GITHUB_WEBHOOK_SECRET      as for Gitea, and GITHUB_WEBHOOK_SECRET_PREVIOUS
  GITHUB_URL, GITHUB_API_URL GitHub on another host (https://github.com)
  KUGETSU_HOME               where everything is kept (~/.kugetsu)
  HOST, PORT                 where to listen (127.0.0.1, 3000)
  KUGETSU_PUBLIC_URL         where forges and people reach the bot
  KUGETSU_OPENCODE_BIN       another opencode than the bundled one
  KUGETSU_TEMP_DIR           where agents put what is not part of the work (a directory per session)
  MAX_CONCURRENT_AGENTS      dev agents at work at a time (3)
  IDLE_AGENTS                agents that wait up to 5 minutes for their next turn (1)
  TURN_TIMEOUT               longest turn (30m)
  TURN_SILENCE               longest time without a sign of life from an agent (10m)
  TURN_TOKENS                most tokens of a turn, subagents included (2000000)
  TURN_REQUESTS              most requests to the model of a turn, subagents included (500)
  TURN_OUTPUT                most bytes that an agent may print in a turn (4G)
  TURNS_PER_DAY              turns that one person may ask for a day (20)
  MIN_FREE_DISK              with less disk free no turn begins (2G)
  SANDBOX                    required: start only if agents can run in bubblewrap (the default);
                             off: run them without, able to read whatever this user can read
  SANDBOX_READ               further directories that agents may read, such as a toolchain in a home
  AGENT_PROCESSES            processes and threads of an agent at a time (1024)
  AGENT_MEMORY               memory of an agent with all that it starts (4G)
  AGENT_FILE_SIZE            largest file that an agent can write (2G)
  STATUS_INTERVAL            least time between two edits of a status comment (60s)
  SHUTDOWN_GRACE             how long turns may go on after the first signal; the second ends at once (30s)
  KUGETSU_ALLOW              owners, owner/repo and host/owner/repo that are served (all)
  TRIGGERS                   what an order may come by: comment, issue, label, assignment, mention (all)
  TRIGGER_LABEL              the label that asks for a fix (kugetsu)
  DELEGATE_ALLOW             logins that may delegate, beside the repository's admins and owners; of one of several
                             forges host/login
  COMMAND_ALLOW              logins, organisations and organisation/team whose orders count where the forge does not
                             tell the bot whether they may push; of one of several forges with host/ before them
  ALLOW_CI_CHANGES           owner/repo and host/owner/repo whose CI files agents may change
  CLEANUP_AFTER              how long after its issue was closed a session is removed; 0: never (168h)
  ALLOW_SUBMODULES           owners, (host/)owner/repo, or all: where .kugetsu.yml may ask for submodules
  ALLOW_LFS                  owners, (host/)owner/repo, or all: where .kugetsu.yml may ask for files of Git LFS
  AGENT_ENV_PASS             further variables that agents get
  LOG_LEVEL                  trace, debug, info, warn, error, fatal, silent (info)

Durations: 90s, 30m, 2h, or a number of seconds. Sizes: 500M, 2G, or a number of bytes. Lists: separated by commas or blanks.`,
  async run(args, io) {
    parseArguments(args, {}, { max: 0 });
    const config = await readSettings(io);
    const { startBot } = await import("../bot.ts");
    const stop = listenForSignals(io);
    try {
      await using bot = await startBot(config, io.stderr);
      announce(config, bot);
      await stop.first;
      await bot.close({ graceMs: config.shutdownGraceMs });
    } finally {
      stop.end();
    }
  },
};

/** A supervisor sees by the exit code that starting again does not help. */
function asSetting(error: unknown): never {
  if (!(error instanceof KugetsuError)) throw error;
  const { message, hint } = error;
  throw new KugetsuError("invalid", message, { cause: error, hint });
}

/** forges.json is asked first: with a forge there, the environment needs none. What is wrong in it the bot tells. */
async function readSettings(io: Pick<Io, "env" | "stderr">): Promise<ServeConfig> {
  const file = await readHomeConfig(io).catch(asSetting);
  const { createForgeFile } = await import("../forges/file.ts");
  const stored = await createForgeFile(readHome(io.env), [])
    .load()
    .catch((error: unknown) => {
      if (error instanceof KugetsuError) return error;
      throw error;
    });
  if (!(stored instanceof KugetsuError)) return readConfig(io.env, file, stored.forges.length);
  const config = readConfig(io.env, file, 1);
  return config.forges.length > 0 ? config : asSetting(stored);
}

function announce(config: ServeConfig, bot: Bot): void {
  const forges = bot.forges();
  const base = `${config.publicUrl ?? bot.url}/webhooks`;
  bot.log.info(
    {
      address: bot.url,
      forges: Object.fromEntries(forges.map(({ name, url }) => [`${base}/${name}`, url])),
      sandbox: bot.sandbox,
      agents: config.maxConcurrentAgents,
    },
    "kugetsu is listening.",
  );
}
