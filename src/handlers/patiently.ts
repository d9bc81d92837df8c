import { setTimeout as delay } from "node:timers/promises";
import { KugetsuError } from "../kugetsu/errors.ts";
import { backoff } from "../jobs/backoff.ts";
import type { Work } from "./handler.ts";

// A forge that restarts or updates is back within minutes; an agent's finished work should not fail for that.
const TRIES = 9;
// An agent's slot is not kept for an hour.
const LONGEST_MS = 5 * 60_000;

/**
 * Does what may be done twice, again while the other side is unavailable: for some five to nine minutes in all.
 * @throws the last error, or at once any other than `unavailable`, or when the job is aborted
 */
export async function patiently<T>(
  work: Pick<Work, "signal" | "log" | "job">,
  what: string,
  act: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      const again =
        error instanceof KugetsuError &&
        error.code === "unavailable" &&
        tries < TRIES &&
        (error.retryAfterMs ?? 0) <= LONGEST_MS;
      if (!again || work.signal.aborted) throw error;
      const wait = Math.max(backoff(tries, Math.random()), error.retryAfterMs ?? 0);
      work.log.warn(
        { err: error, job: work.job.id, wait },
        `Not available while it was to ${what}. Trying again.`,
      );
      await delay(wait, undefined, { signal: work.signal }).catch(() => undefined);
    }
  }
}
