import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { TurnLogEntry } from "./entry.ts";

/** Reads a turn's log bit by bit, also while it is written. */
export interface TurnLogReader extends AsyncDisposable {
  /** What was added since the last call; the log may not be there yet. */
  readonly more: () => AsyncGenerator<TurnLogEntry>;
}

const CHUNK_BYTES = 256 * 1024;

export function openTurnLogReader(path: string): TurnLogReader {
  let file: FileHandle | undefined;
  let rest: Buffer = Buffer.alloc(0);
  const more = async function* (): AsyncGenerator<TurnLogEntry> {
    file ??= await openIfThere(path);
    if (file === undefined) return;
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = rest.lastIndexOf(NEWLINE);
      if (end === -1) continue;
      const lines = rest.subarray(0, end).toString("utf8").split("\n");
      rest = rest.subarray(end + 1);
      for (const line of lines) {
        const entry = parse(line);
        if (entry !== undefined) yield entry;
      }
    }
  };
  return {
    more,
    [Symbol.asyncDispose]: async () => {
      await file?.close();
    },
  };
}

const NEWLINE = 0x0a;

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A process that was killed may leave half a line. */
function parse(line: string): TurnLogEntry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    const isEntry = typeof entry === "object" && entry !== null && "kind" in entry && "at" in entry;
    return isEntry ? (entry as TurnLogEntry) : undefined;
  } catch {
    return undefined;
  }
}
