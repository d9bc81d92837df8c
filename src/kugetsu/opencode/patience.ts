import { setTimeout as sleep } from "node:timers/promises";

/** How long each step of a turn's end may take, in milliseconds. */
export interface Patience {
  /** Until opencode has answered that its prompt is cancelled. */
  readonly cancelMs: number;
  /** Until it has told what was said and used. */
  readonly readMs: number;
  /** Until it has ended by itself. */
  readonly closeMs: number;
}

// opencode takes 0.1 to 0.5 s for each of the first and last, and 0.05 s to tell.

/** Somebody waits for it to stop. */
export const STOP: Patience = { cancelMs: 400, readMs: 250, closeMs: 250 };
/** A limit was reached: what it was up to then should be told. */
export const CUT: Patience = { cancelMs: 1000, readMs: 1000, closeMs: 1000 };
/** The turn came to an end by itself. */
export const END_READ_MS = 3000;

/**
 * The value, or undefined when it fails or takes longer than that. When somebody wants the turn to stop it gets no
 * longer than a stop does.
 */
export async function inTime<T>(
  promise: Promise<T>,
  ms: number,
  stop: AbortSignal,
): Promise<T | undefined> {
  const over = new AbortController();
  const wait = (time: number) => sleep(time, undefined, { signal: over.signal });
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener("abort", () => resolve(), { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([
      promise.catch(() => undefined),
      wait(ms).catch(() => undefined),
      stopped.then(() => wait(STOP.readMs)).catch(() => undefined),
    ]);
  } finally {
    over.abort();
  }
}

/** How long opencode may take to end by itself; undefined leaves that to it. */
export function closeTime(signal: AbortSignal, cut: boolean): number | undefined {
  if (signal.aborted) return STOP.closeMs;
  return cut ? CUT.closeMs : undefined;
}
