import type { Stats } from "node:fs";
import { chmod, mkdir, readdir, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { KugetsuError } from "./errors.ts";

/** Absolute paths of one KUGETSU_HOME. */
export interface Home {
  readonly root: string;
  /** One git worktree per session. */
  readonly worktrees: string;
  /** One private bare repository per session. */
  readonly private: string;
  /** One bare mirror per repository. */
  readonly mirrors: string;
  /** HOME, opencode data and temp directory of each session's agent. */
  readonly agents: string;
  /** The documented session files. */
  readonly sessions: string;
  /** What happened in each turn, as JSON lines. */
  readonly logs: string;
  /** Env files. */
  readonly env: string;
  /** What the bot itself needs for a moment. */
  readonly tmp: string;
  /** The database file. */
  readonly database: string;
  /** The documented index file. */
  readonly index: string;
  /** Issue ref or instance/user/repo → clone URL. */
  readonly repos: string;
  /** User overrides, KEY=VALUE. */
  readonly config: string;
}

/** Name of the database file in a home. */
export const DATABASE = "kugetsu.db";

/** Where the server of a home listens for the command line. */
export function socketPath(home: string): string {
  return join(home, "kugetsu.sock");
}

const DIRECTORIES = [
  "worktrees",
  "private",
  "mirrors",
  "agents",
  "sessions",
  "logs",
  "env",
  "tmp",
] as const;

// What makes a directory recognisable as a home, the shell version's included.
const MARKS = new Set<string>([
  ...DIRECTORIES,
  DATABASE,
  "index.json",
  "config",
  "repos.json",
  "forges.json",
]);

/**
 * Makes the home with its directories, or opens the one that is there; nobody but its owner may look into it.
 * A home of ours whose modes are wider is tightened, which `warn` is told.
 *
 * @throws KugetsuError `invalid` when the path is no directory, or a shared one that holds other things; `forbidden`
 *   when it belongs to another user or cannot be made
 */
export async function openHome(
  path: string,
  options: { warn?: (message: string) => void } = {},
): Promise<Home> {
  const wanted = resolve(path);
  await makeDirectory(wanted);
  const root = await realpath(wanted);
  await closeToOthers(root, options.warn);
  for (const name of DIRECTORIES) await makeDirectory(join(root, name));
  return {
    root,
    worktrees: join(root, "worktrees"),
    private: join(root, "private"),
    mirrors: join(root, "mirrors"),
    agents: join(root, "agents"),
    sessions: join(root, "sessions"),
    logs: join(root, "logs"),
    env: join(root, "env"),
    tmp: join(root, "tmp"),
    database: join(root, DATABASE),
    index: join(root, "index.json"),
    repos: join(root, "repos.json"),
    config: join(root, "config"),
  };
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "EEXIST" || code === "ENOTDIR") throw noDirectory(path, cause);
    throw new KugetsuError(
      "forbidden",
      `The directory ${path} cannot be made (${code ?? "unknown error"}).`,
      {
        cause,
        hint: "Set KUGETSU_HOME to a directory of your own.",
      },
    );
  }
}

function noDirectory(path: string, cause?: unknown): KugetsuError {
  return new KugetsuError("invalid", `${path} is not a directory.`, {
    cause,
    hint: "Set KUGETSU_HOME to another.",
  });
}

/** @throws KugetsuError `invalid` when it is no directory, `forbidden` when it is another user's */
export function assertOwnDirectory(path: string, found: Stats): void {
  if (!found.isDirectory()) throw noDirectory(path);
  if (found.uid === process.getuid?.()) return;
  throw new KugetsuError("forbidden", `${path} belongs to another user.`, {
    hint: "Run kugetsu as its owner, or set KUGETSU_HOME to a directory of your own.",
  });
}

async function closeToOthers(
  root: string,
  warn: ((message: string) => void) | undefined,
): Promise<void> {
  const found = await stat(root);
  assertOwnDirectory(root, found);
  if ((found.mode & 0o077) === 0) return;
  // Closing a directory that serves others too (/tmp as root, a home directory) would do harm: only one of ours.
  const names = await readdir(root);
  if (names.length > 0 && !names.some((name) => MARKS.has(name))) {
    throw new KugetsuError("invalid", `${root} is open to other users and holds other things.`, {
      hint: "Set KUGETSU_HOME to a directory of its own.",
    });
  }
  await chmod(root, 0o700);
  if (names.length > 0) warn?.(`${root} was open to other users; its mode is now 0700.`);
}
