import { statfs } from "node:fs/promises";
import { byteWords } from "../amount-words.ts";
import type { TurnResult } from "../runner.ts";
import type { Core } from "./core.ts";

/** The disk that agents write to. */
export interface Disk {
  /** Bytes that are free for the bot's user. */
  readonly free: () => Promise<number>;
  /** With less free than that, no turn begins. */
  readonly least: number;
}

/** @param directories where agents write; the one with least room counts, and one that is not there does not */
export function diskOf(directories: readonly string[], least: number): Disk {
  return {
    free: async () => Math.min(...(await Promise.all(directories.map(freeAt)))),
    least,
  };
}

async function freeAt(directory: string): Promise<number> {
  const found = await statfs(directory).catch(() => undefined);
  return found === undefined ? Number.POSITIVE_INFINITY : found.bavail * found.bsize;
}

/**
 * The end of a turn that does not begin since the disk is nearly full, of which the operator is told; undefined when
 * there is room.
 */
export async function noRoom(
  { disk, warn }: Pick<Core, "disk" | "warn">,
  ref: string,
): Promise<TurnResult | undefined> {
  const free = await disk.free();
  if (free >= disk.least) return undefined;
  const reason = `The server has ${byteWords(free)} of disk left, and no turn begins with less than ${byteWords(disk.least)}.`;
  warn(`${ref}: ${reason}`);
  return {
    outcome: "stopped",
    limit: "disk",
    reason,
    text: "",
    sessionId: undefined,
    tokens: undefined,
    cost: undefined,
    durationMs: 0,
  };
}
