import { chmodSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { KugetsuError } from "./errors.ts";

/**
 * Holds a lock among all processes until disposed of. It is SQLite's own lock on an empty file, which the system takes
 * back from whoever dies: nothing of a killed process has to be told from what is still at work.
 *
 * @param path absolute; made when missing, and never removed, since two would then hold it
 * @throws KugetsuError `conflict` when nobody gives it back within `patienceMs`, `unavailable`
 */
export async function holdFileLock(path: string, patienceMs: number): Promise<Disposable> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const client = tryHold(path);
    if (client !== undefined) return { [Symbol.dispose]: () => client.close() };
    if (performance.now() > until) {
      throw new KugetsuError("conflict", "Another kugetsu works on the same files for too long.", {
        hint: `Its lock is ${path}.`,
      });
    }
    await delay(5 + Math.random() * 20);
  }
}

function tryHold(path: string): Sqlite.Database | undefined {
  let client: Sqlite.Database | undefined;
  try {
    // Not opened by us first: closing any other descriptor of the file would let go of this process' locks on it.
    client = new Sqlite(path, { timeout: 0 });
    chmodSync(path, 0o600);
    client.exec("BEGIN EXCLUSIVE");
    return client;
  } catch (cause) {
    client?.close();
    const isTaken = cause instanceof Sqlite.SqliteError && cause.code.startsWith("SQLITE_BUSY");
    if (isTaken) return undefined;
    throw new KugetsuError("unavailable", `The lock ${path} cannot be used.`, { cause });
  }
}
