import { homedir } from "node:os";
import { join } from "node:path";
import { type ConfigFile, noConfigFile } from "./kugetsu/config-file/read.ts";
import type { TurnLimits } from "./kugetsu/runner.ts";
import { DEFAULT_LIMITS, type BoxLimits } from "./kugetsu/sandbox/limits.ts";
import { forgeAddresses, readForges } from "./forges/environment.ts";
import { type ForgeSetting, secretsOf } from "./forges/setting.ts";
import { ownSecrets } from "./own-secrets.ts";
import { redacted } from "./redacted.ts";
import { createSettings, type HeldSetting, type Settings } from "./settings.ts";
import { strangers } from "./settings/strangers.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What turns need, wherever they run: in the server, or in a process of the command line's own. */
export interface WorkConfig {
  /** KUGETSU_HOME, absolute. */
  readonly home: string;
  /** KUGETSU_OPENCODE_BIN */
  readonly opencodeBinary: string | undefined;
  /** KUGETSU_TEMP_DIR, absolute: where agents put what does not belong into the worktree; undefined: a place per session. */
  readonly tempDir: string | undefined;
  /** AGENT_ENV_PASS: names of variables that agents get as well. */
  readonly agentEnvPass: readonly string[];
  /** IDLE_AGENTS: how many agents wait for their next turn. */
  readonly idleAgents: number;
  /** MAX_CONCURRENT_AGENTS: how many dev turns run at once. */
  readonly maxConcurrentAgents: number;
  /** TURN_TIMEOUT, TURN_SILENCE, TURN_TOKENS, TURN_REQUESTS and TURN_OUTPUT. */
  readonly limits: TurnLimits;
  /** SANDBOX: `required` refuses to run agents without one, `off` never uses one; undefined: it was not said. */
  readonly sandbox: "required" | "off" | undefined;
  /** SANDBOX_READ: absolute directories of the machine that agents may read as well. */
  readonly sandboxRead: readonly string[];
  /** AGENT_PROCESSES, AGENT_MEMORY and AGENT_FILE_SIZE. */
  readonly boxLimits: BoxLimits;
  /** MIN_FREE_DISK: bytes that must be free for a turn to begin. */
  readonly minFreeDisk: number;
  readonly logLevel: LogLevel;
  /** What is wrong in the home's config file, each with its line; the defaults hold instead. */
  readonly warnings: readonly string[];
  /** The environment's forges; further ones stand in forges.json. */
  readonly forges: readonly ForgeSetting[];
  /** STATUS_INTERVAL: the least time between two edits of a status comment. */
  readonly statusIntervalMs: number;
  /** SHUTDOWN_GRACE: how long running turns may go on after the first signal. */
  readonly shutdownGraceMs: number;
  /** TURNS_PER_DAY of one person. */
  readonly turnsPerDay: number;
  /** DELEGATE_ALLOW: logins (`walter`, `host/walter`) that may delegate beside admins and owners; lower case. */
  readonly delegateAllow: readonly string[];
  /**
   * KUGETSU_ALLOW: owners (`olivia`) and repositories (`olivia/shop`, or of one forge alone `host/olivia/shop`) that
   * are served, lower case; empty: all.
   */
  readonly allow: readonly string[];
  /** TRIGGERS: what an order may come by. */
  readonly triggers: readonly TriggerName[];
  /** TRIGGER_LABEL: the label that gives an order. */
  readonly triggerLabel: string;
  /** CLEANUP_AFTER: how long a session stays whose issue is closed; 0: for ever. */
  readonly cleanupAfterMs: number;
  /**
   * COMMAND_ALLOW: people (`walter`), organisations and teams (`acme/writers`), of one forge alone with `host/` before
   * them, whose orders count where the forge does not tell their right; lower case.
   */
  readonly commandAllow: readonly string[];
  /** ALLOW_CI_CHANGES: repositories (`olivia/shop`, `host/olivia/shop`) whose CI files an agent may change; lower case. */
  readonly allowCiChanges: readonly string[];
  /** ALLOW_SUBMODULES: owners, repositories, or `all`, whose submodules are fetched where they ask for it; lower case. */
  readonly allowSubmodules: readonly string[];
  /** ALLOW_LFS: the same for files of Git LFS. */
  readonly allowLfs: readonly string[];
  readonly secrets: WorkSecrets;
}

/** Kept apart and never printed: JSON and `inspect` show `[redacted]`. */
interface WorkSecrets {
  /** The process' environment, from which agents' environments are picked by name. */
  readonly environment: Environment;
  /** The home's config file: somebody may have written a secret into it all the same. */
  readonly file: ConfigFile;
  /** All of the bot's own in the environment, which no agent may have. */
  readonly own: readonly string[];
}

export interface ServeConfig extends WorkConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** KUGETSU_PUBLIC_URL, without a trailing slash. */
  readonly publicUrl: string | undefined;
}

/** `comment` also means reviews and comments on lines; `issue` the text of an issue; `mention` the bot's name before a verb. */
export const TRIGGERS = ["comment", "issue", "label", "assignment", "mention"] as const;
export type TriggerName = (typeof TRIGGERS)[number];

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

// `owner/repo`, of one forge alone with its host[:port] before it.
const HOST = String.raw`(?:[\w.-]{1,253}(?::\d{1,5})?/)?`;
const REPOSITORY = String.raw`${HOST}[\w.-]{1,100}/[\w.-]{1,100}`;

const SECOND = 1_000;
const HOUR = 3_600_000;

/** KUGETSU_HOME, absolute. @throws KugetsuError `invalid` */
export function readHome(env: Environment): string {
  const settings = settingsOf(env, noConfigFile(""));
  const home = homeOf(settings, env);
  settings.check();
  return home;
}

/** The user's home directory, which `~` means; undefined where none is known. */
export function userHomeOf(env: Environment): string | undefined {
  if (env["HOME"] !== undefined && env["HOME"] !== "") return env["HOME"];
  try {
    return homedir();
  } catch {
    // A user without an entry in the list of people.
    return undefined;
  }
}

/**
 * What a turn needs that is run from the command line. Pure, as all of these but for the file of a private key: each
 * default stands here, once. A forge counts as configured with its address and the bot's account.
 * @throws KugetsuError `invalid` that lists every problem
 */
export function readWorkConfig(
  env: Environment,
  file: ConfigFile = noConfigFile("config"),
): WorkConfig {
  const settings = settingsOf(env, file);
  const work = workOf(settings, env);
  const forges = readForges(settings, forgeAddresses(settings), "work");
  settings.check();
  // Asked for only after the check: what the server alone needs may be wrong in the environment.
  serverOf(settings);
  return {
    ...work,
    forges,
    warnings: warningsOf(settings, file),
    secrets: secretsWith(settings, env, file, forges),
  };
}

/** KUGETSU_PUBLIC_URL, without a trailing slash. @throws KugetsuError `invalid` */
export function readPublicUrl(env: Environment, file: ConfigFile): string | undefined {
  const settings = settingsOf(env, file);
  const url = settings.url("KUGETSU_PUBLIC_URL");
  settings.check();
  return url;
}

/**
 * The whole configuration of `kugetsu serve`.
 * @param stored how many forges forges.json has: without any, the environment must configure one
 * @throws KugetsuError `invalid` that lists every problem
 */
export function readConfig(
  env: Environment,
  file: ConfigFile = noConfigFile("config"),
  stored = 0,
): ServeConfig {
  const settings = settingsOf(env, file);
  const doubts: string[] = [];
  const warn = (words: string) => doubts.push(words);
  const forges = readForges(settings, forgeAddresses(settings), "serve", { stored, warn });
  if (forges.length + stored + settings.problems() === 0) {
    settings.problem(
      "No forge is configured: set GITEA_URL, GITEA_TOKEN and GITEA_WEBHOOK_SECRET, or GITHUB_WEBHOOK_SECRET with GITHUB_TOKEN or a GitHub App, or run `kugetsu forge add`.",
    );
  }
  const work = workOf(settings, env);
  const server = serverOf(settings);
  const warnings = [...doubts, ...warningsOf(settings, file)];
  settings.check(warnings);
  const secrets = secretsWith(settings, env, file, forges);
  return { ...work, ...server, forges, warnings, secrets };
}

function secretsWith(
  settings: Settings,
  environment: Environment,
  file: ConfigFile,
  forges: readonly ForgeSetting[],
): WorkSecrets {
  const own = new Set([
    ...ownSecrets((name) => settings.secret(name)),
    ...forges.flatMap(secretsOf),
  ]);
  return redacted({ environment, file, own: [...own] });
}

/** Every setting that is no secret, as it holds, with what is wrong: `check` throws what no server would start with. */
export function describeConfig(
  env: Environment,
  file: ConfigFile,
): {
  readonly settings: readonly HeldSetting[];
  readonly warnings: readonly string[];
  readonly check: () => void;
} {
  const settings = settingsOf(env, file);
  forgeAddresses(settings);
  workOf(settings, env);
  serverOf(settings);
  return {
    settings: settings.held(),
    warnings: warningsOf(settings, file),
    check: () => settings.check(),
  };
}

function settingsOf(env: Environment, file: ConfigFile): Settings {
  const values = new Map(file.values);
  // The file lies in it.
  values.delete("KUGETSU_HOME");
  return createSettings({ env, file: { path: file.path, values }, userHome: userHomeOf(env) });
}

function warningsOf(settings: Settings, file: ConfigFile): readonly string[] {
  const known = settings.held().map(({ name }) => name);
  return [...settings.warnings(), ...strangers(file, known)]
    .toSorted((one, other) => one.line - other.line)
    .map(({ line, words }) => `${file.path} line ${line}: ${words}`);
}

function workOf(
  settings: Settings,
  env: Environment,
): Omit<WorkConfig, "forges" | "warnings" | "secrets"> {
  return {
    home: homeOf(settings, env),
    opencodeBinary: settings.text("KUGETSU_OPENCODE_BIN", undefined),
    tempDir: settings.path("KUGETSU_TEMP_DIR"),
    agentEnvPass: settings.list(
      "AGENT_ENV_PASS",
      /^[A-Za-z_][A-Za-z0-9_]{0,127}$/,
      "the name of a variable",
    ),
    idleAgents: settings.integer("IDLE_AGENTS", 1, { min: 0, max: 100 }),
    maxConcurrentAgents: settings.integer("MAX_CONCURRENT_AGENTS", 3, { min: 1, max: 100 }),
    limits: {
      wallMs: settings.duration("TURN_TIMEOUT", "30m", { minMs: SECOND, maxMs: 24 * HOUR }),
      silenceMs: settings.duration("TURN_SILENCE", "10m", { minMs: SECOND, maxMs: 24 * HOUR }),
      tokens: settings.integer("TURN_TOKENS", 2_000_000, { min: 1000, max: 999_999_999 }),
      requests: settings.integer("TURN_REQUESTS", 500, { min: 1, max: 999_999 }),
      outputBytes: settings.bytes("TURN_OUTPUT", "4G", { min: "1M", max: "100G" }),
    },
    sandbox: settings.choice("SANDBOX", undefined, ["required", "off"] as const),
    sandboxRead: settings.paths("SANDBOX_READ"),
    boxLimits: {
      processes: settings.integer("AGENT_PROCESSES", DEFAULT_LIMITS.processes, {
        min: 64,
        max: 1_000_000,
      }),
      memoryBytes: settings.bytes("AGENT_MEMORY", "4G", { min: "1G", max: "100T" }),
      fileBytes: settings.bytes("AGENT_FILE_SIZE", "2G", { min: "10M", max: "100T" }),
    },
    minFreeDisk: settings.bytes("MIN_FREE_DISK", "2G", { min: "0", max: "1000T" }),
    logLevel: settings.choice("LOG_LEVEL", "info", LOG_LEVELS),
    statusIntervalMs: settings.duration("STATUS_INTERVAL", "60s", { minMs: 0, maxMs: HOUR }),
    shutdownGraceMs: settings.duration("SHUTDOWN_GRACE", "30s", { minMs: 0, maxMs: HOUR }),
    turnsPerDay: settings.integer("TURNS_PER_DAY", 20, { min: 0, max: 100_000 }),
    delegateAllow: lower(
      settings.list(
        "DELEGATE_ALLOW",
        new RegExp(`^${HOST}[\\w.-]{1,100}$`),
        "a login or host/login",
      ),
    ),
    allow: lower(
      settings.list(
        "KUGETSU_ALLOW",
        new RegExp(`^(?:[\\w.-]{1,100}|${REPOSITORY})$`),
        "owner, owner/repo or host/owner/repo",
        { narrows: true },
      ),
    ),
    triggers: triggersOf(settings),
    triggerLabel: settings.text("TRIGGER_LABEL", "kugetsu"),
    cleanupAfterMs: settings.duration("CLEANUP_AFTER", "168h", { minMs: 0, maxMs: 8760 * HOUR }),
    commandAllow: lower(
      settings.list(
        "COMMAND_ALLOW",
        new RegExp(`^${HOST}[\\w.-]{1,100}(?:/[\\w.-]{1,100})?$`),
        "a login, an organisation or organisation/team, with or without host/ before it",
      ),
    ),
    allowCiChanges: lower(
      settings.list(
        "ALLOW_CI_CHANGES",
        new RegExp(`^${REPOSITORY}$`),
        "owner/repo or host/owner/repo",
      ),
    ),
    allowSubmodules: allowedOf(settings, "ALLOW_SUBMODULES"),
    allowLfs: allowedOf(settings, "ALLOW_LFS"),
  };
}

function allowedOf(settings: Settings, name: string): readonly string[] {
  const pattern = new RegExp(`^(?:[\\w.-]{1,100}|${REPOSITORY})$`);
  return lower(settings.list(name, pattern, "all, owner, owner/repo or host/owner/repo"));
}

function triggersOf(settings: Settings): readonly TriggerName[] {
  const shape = `one of ${TRIGGERS.join(", ")}`;
  const named = settings.list("TRIGGERS", new RegExp(`^(?:${TRIGGERS.join("|")})$`), shape, {
    narrows: true,
  });
  return named.length === 0 ? TRIGGERS : (named as readonly TriggerName[]);
}

function serverOf(settings: Settings): Omit<ServeConfig, keyof WorkConfig> {
  return {
    host: settings.text("HOST", "127.0.0.1"),
    port: settings.integer("PORT", 3000, { min: 0, max: 65_535 }),
    publicUrl: settings.url("KUGETSU_PUBLIC_URL"),
  };
}

function homeOf(settings: Settings, env: Environment): string {
  const told = settings.path("KUGETSU_HOME");
  if (told !== undefined) return told;
  const user = userHomeOf(env);
  if (user === undefined)
    settings.problem("KUGETSU_HOME is not set, and this user has no home directory to put it in.");
  return join(user ?? "/", ".kugetsu");
}

function lower(entries: readonly string[]): readonly string[] {
  return entries.map((entry) => entry.toLowerCase());
}
