import { and, asc, eq, ne } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import { type JobRow, toJob } from "./job-row.ts";
import { jobs, pauses } from "./schema.ts";
import { tellWaiting } from "./tell-waiting.ts";

/** While it is in force no dev or pm job is claimed, in any process. */
export interface Pause {
  /** Milliseconds since the epoch. */
  readonly pausedAt: number;
  /** Turns that run are put back into the queue as well. */
  readonly endsTurns: boolean;
}

/** The pause that is in force; undefined when there is none. */
export function pauseInForce(tx: Tx): Pause | undefined {
  const { pausedAt, endsTurns } = pauses;
  return tx.select({ pausedAt, endsTurns }).from(pauses).get();
}

/** `JobStore.pause` inside a transaction of the caller's. */
export function pause(
  tx: Tx,
  { endsTurns }: { endsTurns: boolean },
  now: number,
): { readonly pausedAt: number; readonly already: boolean } {
  const before = pauseInForce(tx);
  if (before !== undefined) {
    if (endsTurns) tx.update(pauses).set({ endsTurns }).run();
    return { pausedAt: before.pausedAt, already: true };
  }
  tx.insert(pauses).values({ id: 1, pausedAt: now, endsTurns }).run();
  tellAllWaiting(tx, { paused: true }, now);
  return { pausedAt: now, already: false };
}

/** `JobStore.resume` inside a transaction of the caller's. */
export function resume(tx: Tx, now: number): Pause | undefined {
  const before = pauseInForce(tx);
  if (before === undefined) return undefined;
  tx.delete(pauses).run();
  tellAllWaiting(tx, { paused: false }, now);
  return before;
}

/** A job that begins to wait during a pause says so, whatever else is said of why it waits. */
export function tellIfPaused(tx: Tx, row: JobRow, now: number): void {
  if (row.lane === "quick" || pauseInForce(tx) === undefined) return;
  tellWaiting(tx, toJob(row), { paused: true }, now);
}

function tellAllWaiting(tx: Tx, how: { paused: boolean }, now: number): void {
  const waiting = and(eq(jobs.state, "queued"), ne(jobs.lane, "quick"));
  for (const row of tx.select().from(jobs).where(waiting).orderBy(asc(jobs.id)).all()) {
    tellWaiting(tx, toJob(row), how, now);
  }
}
