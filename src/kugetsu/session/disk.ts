import { statfs } from "node:fs/promises";
import { byteWords } from "../byte-words.ts";
import type { TurnResult } from "../runner.ts";

/** The disk that agents write to. */
export interface Disk {
  /** Bytes that are free for the bot's user. */
  readonly free: () => Promise<number>;
  /** With less free than that, no turn begins. */
  readonly least: number;
}

export function diskOf(directory: string, least: number): Disk {
  return {
    free: async () => {
      const { bavail, bsize } = await statfs(directory);
      return bavail * bsize;
    },
    least,
  };
}

/** The end of a turn that does not begin since the disk is nearly full; undefined when there is room. */
export async function noRoom(disk: Disk): Promise<TurnResult | undefined> {
  const free = await disk.free();
  if (free >= disk.least) return undefined;
  return {
    outcome: "stopped",
    limit: "disk",
    reason: `The server has ${byteWords(free)} of disk left, and no turn begins with less than ${byteWords(disk.least)}. Nothing was begun.`,
    text: "",
    sessionId: undefined,
    tokens: undefined,
    cost: undefined,
    durationMs: 0,
  };
}
