import { setTimeout as sleep } from "node:timers/promises";
import { byteWords, numberWords } from "../amount-words.ts";
import type { ReachedLimit } from "../runner.ts";
import type { BoxLimits } from "./limits.ts";
import type { AgentProcesses } from "./processes.ts";

export interface WatchOptions {
  readonly limits: Pick<BoxLimits, "memoryBytes" | "processes">;
  readonly processes: Pick<AgentProcesses, "list" | "memory">;
  /** Bytes that are free where the agent writes. */
  readonly freeDisk: () => Promise<number>;
  /** With less free than that, everything on the machine is in danger. */
  readonly leastDisk: number;
  readonly everyMs?: number;
}

// Memory can be filled at some gigabytes a second.
const EVERY_MS = 500;
/** Where the kernel lets nobody over the limit on processes, who stays right below it for so many looks is stuck. */
const LOOKS_AT_LIMIT = 4;
const NEAR = 0.95;

/**
 * Looks at what an agent uses until that is too much. For what the kernel does not limit, or limits for one process
 * alone.
 *
 * @throws the signal's reason when it is aborted
 */
export async function watchUse(options: WatchOptions, signal: AbortSignal): Promise<ReachedLimit> {
  const { limits, processes, freeDisk, leastDisk, everyMs = EVERY_MS } = options;
  let atLimit = 0;
  for (;;) {
    await sleep(everyMs, undefined, { signal, ref: false });
    const [uses, free] = await Promise.all([processes.list(), freeDisk().catch(() => leastDisk)]);
    // What processes share counts for each of them here, so that a second, slower look has to tell.
    const most = sum(uses.map(({ memoryBytes }) => memoryBytes));
    if (most > limits.memoryBytes && (await processes.memory()) > limits.memoryBytes) {
      return {
        limit: "memory",
        words: `It used more than ${byteWords(limits.memoryBytes)} of memory.`,
      };
    }
    const count = sum(uses.map(({ threads }) => threads));
    atLimit = count >= limits.processes * NEAR ? atLimit + 1 : 0;
    if (atLimit >= LOOKS_AT_LIMIT || count > limits.processes) {
      return {
        limit: "processes",
        words: `It ran as many processes as it may: ${numberWords(limits.processes)}.`,
      };
    }
    if (free < leastDisk) {
      return {
        limit: "disk",
        words: `The server's disk is nearly full: ${byteWords(free)} are left.`,
      };
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
