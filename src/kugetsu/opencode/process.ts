import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { Box, BoxedCommand } from "../box.ts";
import type { AgentPlace } from "../runner.ts";
import { opencodeEnvironment, type ProcessMarks } from "./environment.ts";
import type { Programs } from "./binary.ts";
import type { AgentHome } from "./home.ts";
import { endByVariable } from "./survivors.ts";

/** What is the same for every process of opencode that a runner starts. */
export interface Program extends Programs {
  readonly box: Box;
}

/** A running `opencode acp`. */
export interface OpencodeProcess {
  /** The process that was started: the box's, where there is one. -1 when it could not be. */
  readonly pid: number;
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream;
  /** Resolves when it has ended, however that came about. */
  readonly ended: Promise<void>;
  /** What it wrote to stderr last. */
  readonly words: () => string;
  /** Ends it and all that it started. It has so many milliseconds to end by itself. May be called more than once. */
  readonly close: (patienceMs?: number) => Promise<void>;
}

// Closing stdin takes 0.1 to 0.5 s and ends the tools as well, which no signal does.
const CLOSE_MS = 2000;
const KEPT_WORDS = 4000;

/** The command that runs opencode in the box of a place. `cwd` is one of the directories that it may write. */
export function boxedOpencode(
  program: Program,
  place: AgentPlace,
  paths: AgentHome,
  start: { readonly marks: ProcessMarks; readonly args: readonly string[]; readonly cwd: string },
): BoxedCommand {
  const temp = place.env["KUGETSU_TEMP_DIR"];
  return program.box({
    file: program.file,
    args: start.args,
    cwd: start.cwd,
    env: opencodeEnvironment(place, paths, start.marks, program.ripgrep),
    scope: place.cwd,
    writable: [
      place.cwd,
      paths.home,
      paths.temp,
      ...(temp === undefined ? [] : [temp]),
      ...(place.writable ?? []),
    ],
    readable: [
      paths.config,
      program.file,
      ...(program.ripgrep === undefined ? [] : [program.ripgrep]),
      ...(place.readable ?? []),
    ],
    temp: paths.temp,
    // It asks the model, and builds fetch packages.
    network: true,
  });
}

/** Starts opencode in the box, as the leader of a process group of its own. */
export function startOpencode(
  program: Program,
  place: AgentPlace,
  paths: AgentHome,
  marks: ProcessMarks,
  args: readonly string[],
): OpencodeProcess {
  // Each session names its own directory; this one is there before the worktree is.
  const boxed = boxedOpencode(program, place, paths, { marks, args, cwd: paths.home });
  const child = execa(boxed.file, boxed.args, {
    cwd: boxed.cwd,
    env: boxed.env,
    extendEnv: false,
    preferLocal: false,
    detached: true,
    buffer: false,
    reject: false,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-KEPT_WORDS);
  });
  // Writing to a process that has ended is told by `ended`.
  child.stdin.on("error", () => undefined);
  const ended = child.then(
    () => undefined,
    () => undefined,
  );
  let closing: Promise<void> | undefined;
  const close = async (patienceMs: number) => {
    child.stdin.end();
    if (!(await within(ended, patienceMs))) {
      killGroup(child.pid);
      await within(ended, CLOSE_MS);
    }
    // Each tool runs in a session of its own, where no group kill reaches it.
    await endByVariable("KUGETSU_AGENT", marks.id);
  };
  return {
    pid: child.pid ?? -1,
    stdin: child.stdin,
    stdout: child.stdout,
    ended,
    words: () => words,
    close: async (patienceMs = CLOSE_MS) => {
      closing ??= close(patienceMs);
      await closing;
    },
  };
}

/** Whether a promise settles in that time. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false);
  const settled = promise.then(
    () => true,
    () => true,
  );
  const result = await Promise.race([settled, late]);
  timer.abort();
  return result;
}

/**
 * A loopback port that is free right now; somebody else may take it before it is used. Throws when `wanted` is not.
 */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer();
  server.listen(wanted, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Kills a process that leads a group, with that group. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The whole group has ended.
  }
}
