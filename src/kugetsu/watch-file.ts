import { stat } from "node:fs/promises";
import { KugetsuError } from "./errors.ts";

// Two changes within one tick of the file system's clock (2 s at worst, on FAT) leave the same times behind.
const SETTLED_MS = 2_000;

/**
 * Gives what a file says at each call. Costs one `stat` while nothing changed. A file that cannot be read leaves what
 * was read last in force, which `warn` is told once for each change.
 *
 * @param initial what holds until the first good reading
 * @param read told what holds, which it gives again where the file says the same
 */
export function watchFile<T>(
  path: string,
  initial: T,
  read: (held: T) => Promise<T>,
  warn: (message: string) => void,
): () => Promise<T> {
  let held = initial;
  /** The state of the file that `held` is known to be true to. */
  let settled: string | undefined;
  let told: string | undefined;
  let reading: Promise<T> | undefined;

  const refresh = async (): Promise<T> => {
    const { state, changedAt } = await stateOf(path);
    if (state === settled) return held;
    settled = Date.now() - changedAt > SETTLED_MS ? state : undefined;
    try {
      held = await read(held);
      told = undefined;
    } catch (error) {
      if (!(error instanceof KugetsuError)) throw error;
      const change = `${state} ${error.message}`;
      if (change !== told) warn(error.message);
      told = change;
    }
    return held;
  };

  return () => {
    reading ??= refresh().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

async function stateOf(path: string): Promise<{ state: string; changedAt: number }> {
  try {
    const { ino, size, mtimeNs, ctimeNs, ctimeMs } = await stat(path, { bigint: true });
    return { state: [ino, size, mtimeNs, ctimeNs].join(" "), changedAt: Number(ctimeMs) };
  } catch (error) {
    return { state: (error as NodeJS.ErrnoException).code ?? "unknown", changedAt: 0 };
  }
}
