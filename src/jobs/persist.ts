import { setTimeout as delay } from "node:timers/promises";
import { KugetsuError } from "../kugetsu/errors.ts";
import { backoff } from "./backoff.ts";
import type { Log } from "../log.ts";

/**
 * Stores what has already happened in the world and must not be forgotten: tried until the database takes it.
 * @throws whatever another try would not change, and everything once `signal` is aborted
 */
export async function persist<T>(
  work: () => Promise<T>,
  log: Log,
  signal: AbortSignal,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof KugetsuError) || error.code !== "unavailable" || signal.aborted)
        throw error;
      log.error({ tries, err: error }, "The database does not take an outcome yet");
      await delay(backoff(tries, Math.random()), undefined, { signal }).catch(() => undefined);
    }
  }
}
