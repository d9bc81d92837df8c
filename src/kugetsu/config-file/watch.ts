import { stat } from "node:fs/promises";
import { KugetsuError } from "../errors.ts";
import { type ConfigFile, type ConfigFileOptions, readConfigFile } from "./read.ts";

// Two changes within one tick of the file system's clock (2 s at worst, on FAT) leave the same times behind.
const SETTLED_MS = 2_000;

/**
 * Gives a config file as it is at each call, and the same object while it says the same. Costs one `stat` while
 * nothing changed. A file that cannot be read leaves what was read last in force, which `warn` is told once for each
 * change.
 *
 * @param initial what holds until the first good reading
 */
export function watchConfigFile(
  initial: ConfigFile,
  options: ConfigFileOptions & { readonly warn: (message: string) => void },
): () => Promise<ConfigFile> {
  let held = initial;
  /** The state of the file that `held` is known to be true to. */
  let settled: string | undefined;
  let told: string | undefined;
  let reading: Promise<ConfigFile> | undefined;

  const refresh = async (): Promise<ConfigFile> => {
    const { state, changedAt } = await stateOf(held.path);
    if (state === settled) return held;
    settled = Date.now() - changedAt > SETTLED_MS ? state : undefined;
    try {
      const read = await readConfigFile(held.path, options);
      told = undefined;
      if (read.text !== held.text) held = read;
    } catch (error) {
      if (!(error instanceof KugetsuError)) throw error;
      const change = `${state} ${error.message}`;
      if (change !== told) options.warn(`${error.message}\nThe settings read before still hold.`);
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
