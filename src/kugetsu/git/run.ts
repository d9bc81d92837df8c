import { execa } from "execa";
import type { Options } from "execa";
import { KugetsuError } from "../errors.ts";
import { gitEnvironment } from "./environment.ts";
import type { Credentials } from "./environment.ts";
import type { GitPlace } from "./place.ts";

/** A command, complete: nothing is added to its environment. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface RunLimits {
  readonly timeoutMs?: number;
  /** Bytes of stdout; more ends the command. */
  readonly maxBytes?: number;
  /** Whether what came before `maxBytes` is an answer too, and no failure. */
  readonly cut?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly input?: string | Uint8Array;
}

/** How a command ended by itself; any exit code is a value. */
export interface Ended {
  readonly code: number;
  readonly stdout: Buffer;
  /** Hostile where the command worked on what an agent or a server wrote. */
  readonly stderr: string;
}

const MINUTE = 60_000;
const MB = 1_000_000;

/** The options that hold for every process of this module: own group, clean environment, limits. */
export function processOptions(command: Command, limits: RunLimits) {
  return {
    cwd: command.cwd,
    env: command.env,
    extendEnv: false,
    encoding: "buffer",
    reject: false,
    stripFinalNewline: false,
    timeout: limits.timeoutMs ?? 2 * MINUTE,
    maxBuffer: { stdout: limits.maxBytes ?? 64 * MB, stderr: MB },
    killDescendants: true,
    forceKillAfterDelay: 2000,
    ...(limits.signal === undefined ? {} : { cancelSignal: limits.signal }),
    ...(limits.input === undefined ? { stdin: "ignore" } : { input: limits.input }),
  } as const satisfies Options;
}

/**
 * Runs a command to its end.
 *
 * @throws KugetsuError `unavailable` when it was stopped, `failed` when it took too long, said too much or could not
 * be started
 */
export async function run(command: Command, limits: RunLimits = {}): Promise<Ended> {
  if (limits.signal?.aborted === true) throw stopped(limits.signal.reason);
  const result = await execa(command.file, command.args, processOptions(command, limits));
  assertEnded(result, limits.cut === true);
  return {
    code: result.exitCode ?? 0,
    stdout: Buffer.from(result.stdout),
    stderr: Buffer.from(result.stderr).toString(),
  };
}

/** What execa tells about an end that was not the command's own. */
interface End {
  readonly isCanceled: boolean;
  readonly timedOut: boolean;
  readonly isMaxBuffer: boolean;
  readonly exitCode?: number | undefined;
  readonly cause?: unknown;
}

/** @throws as `run` does */
export function assertEnded(end: End, cut = false): void {
  if (end.isCanceled) throw stopped(end.cause);
  if (end.timedOut)
    throw new KugetsuError("failed", "git took too long and was ended.", { cause: end.cause });
  if (end.isMaxBuffer) {
    if (cut) return;
    throw new KugetsuError("failed", "git said more than can be taken in.", { cause: end.cause });
  }
  if (end.exitCode === undefined) {
    throw new KugetsuError("failed", "git could not be run.", {
      cause: end.cause,
      hint: "Check that git 2.39 or newer is on the PATH.",
    });
  }
}

function stopped(cause: unknown): KugetsuError {
  return new KugetsuError("unavailable", "git was stopped.", { cause });
}

export interface BotGit extends RunLimits {
  readonly authentication?: { readonly url: string; readonly credentials: Credentials } | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs git on a repository that only the bot writes. @throws as `run` does */
export function botGit(
  place: GitPlace,
  gitDir: string,
  args: readonly string[],
  call: BotGit = {},
): Promise<Ended> {
  return run(botCommand(place, gitDir, args, call), call);
}

export function botCommand(
  place: GitPlace,
  gitDir: string,
  args: readonly string[],
  call: BotGit = {},
): Command {
  const env = { ...gitEnvironment(place.env, call.authentication), ...call.env, GIT_DIR: gitDir };
  return { file: "git", args, cwd: gitDir, env };
}

/** stdout of a call that has to succeed. @throws KugetsuError `failed` with `words` */
export function succeeded(ended: Ended, words: string): Buffer {
  if (ended.code === 0) return ended.stdout;
  throw new KugetsuError("failed", words, {
    cause: new Error(`git ended with ${ended.code}: ${ended.stderr.slice(0, 2000)}`),
  });
}
