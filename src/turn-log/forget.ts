import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** As long as the words of a job are kept. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Removes the logs of turns that nothing was added to for 30 days. */
export async function forgetTurnLogs(logs: string, now = Date.now()): Promise<void> {
  for (const name of await readdir(logs)) {
    const path = join(logs, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true && found.mtimeMs < now - KEPT_MS) await rm(path, { force: true });
  }
}
