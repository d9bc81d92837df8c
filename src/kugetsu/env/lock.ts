import { open, rm, stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { KugetsuError } from "../errors.ts";

// What is done under it takes milliseconds: an older lock is one that a killed process left behind.
const STALE_MS = 10_000;
const PATIENCE_MS = 15_000;

/**
 * Holds a lock file until disposed of, so that of two processes that change a file neither loses its change.
 * @throws KugetsuError `conflict` when another process does not give it back within 15 seconds
 */
export async function lockFile(path: string): Promise<AsyncDisposable> {
  const until = performance.now() + PATIENCE_MS;
  while (!(await tryLock(path))) {
    if (performance.now() > until) {
      throw new KugetsuError("conflict", "Another process is changing the same file.", {
        hint: `Its lock is ${path}.`,
      });
    }
    await delay(5 + Math.random() * 20);
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

async function tryLock(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx", 0o600)).close();
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") {
      throw new KugetsuError("forbidden", `${path} cannot be made.`, { cause });
    }
    const stats = await stat(path).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs > STALE_MS)
      await rm(path, { force: true });
    return false;
  }
}
