import { setTimeout as delay } from "node:timers/promises";
import { KugetsuError } from "../kugetsu/errors.ts";
import { backoff } from "../jobs/backoff.ts";
import type { Work } from "./handler.ts";
import { Later, mayWait } from "./later.ts";

// A forge that restarts or updates is back within minutes; an agent's finished work should not fail for that.
const TRIES = 9;
// An agent's slot is not kept for an hour.
const LONGEST_MS = 5 * 60_000;

/**
 * Does what may be done twice, again while the other side is unavailable: for some five to nine minutes in all.
 * @param isTurnOver whether the agent's report is written down, so that the job can go on from there
 * @throws the last error, or at once any other than `unavailable`, or when the job is aborted; `Later` where the other
 *   side wants to be left alone for longer, and the turn is over
 */
export async function patiently<T>(
  work: Pick<Work, "signal" | "log" | "job">,
  what: string,
  act: () => Promise<T>,
  isTurnOver = false,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      const isAway = error instanceof KugetsuError && error.code === "unavailable";
      if (!isAway || work.signal.aborted) throw error;
      const { retryAfterMs = 0 } = error;
      if (retryAfterMs > LONGEST_MS && isTurnOver && mayWait(work.job))
        throw new Later(retryAfterMs, error);
      if (tries === TRIES || retryAfterMs > LONGEST_MS) throw error;
      const wait = Math.max(backoff(tries, Math.random()), retryAfterMs);
      work.log.warn(
        { err: error, job: work.job.id, wait },
        `Not available while it was to ${what}. Trying again.`,
      );
      await delay(wait, undefined, { signal: work.signal }).catch(() => undefined);
    }
  }
}
