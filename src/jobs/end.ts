import { and, asc, eq, inArray, notExists, sql } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import { releaseLease } from "../kugetsu/db/leases.ts";
import { leases } from "../kugetsu/db/schema.ts";
import type { ReportEnd } from "./contract.ts";
import type { Job, JobEnd } from "./job.ts";
import { type JobRow, jobLease, toJob } from "./job-row.ts";
import type { NewMessage } from "./message.ts";
import { dropHeld, putMessage } from "./outbox-rows.ts";
import { stoppedWords } from "../reply.ts";
import { tellIfPaused } from "./pause.ts";
import { jobs } from "./schema.ts";

/** What became of the jobs whose process died. */
export interface Recovery {
  readonly requeued: readonly Job[];
  readonly ended: readonly Job[];
}

/** One start, and one resume after a crash. */
const MAX_CRASHED_ATTEMPTS = 2;

/** `JobStore.finish` inside a transaction of the caller's. */
export function finish(
  tx: Tx,
  {
    jobId,
    marker,
    end,
    say,
  }: { jobId: number; marker: string | undefined; end: JobEnd; say: readonly NewMessage[] },
  now: number,
): boolean {
  const row = take(tx, jobId, marker);
  if (row === undefined) return false;
  if (marker === undefined) dropHeld(tx, jobId);
  endRow(tx, row, end, say, now);
  return true;
}

/** `JobStore.interrupt` inside a transaction of the caller's. */
export function interrupt(
  tx: Tx,
  {
    jobId,
    marker,
    say,
    report,
    waitMs,
  }: {
    jobId: number;
    marker: string;
    say: readonly NewMessage[];
    report: ReportEnd;
    waitMs: number;
  },
  now: number,
): boolean {
  const row = take(tx, jobId, marker);
  if (row === undefined) return false;
  if (row.stopBy !== null) {
    // Somebody stopped it while it was being interrupted, and was told so.
    const end = stoppedBy(toJob(row), row.stopBy);
    endRow(tx, row, end, report(toJob(row), end), now);
    return true;
  }
  const queued = tx
    .update(jobs)
    .set({ state: "queued", dueAt: now + waitMs, interruptions: sql`${jobs.interruptions} + 1` })
    .where(eq(jobs.id, jobId))
    .returning()
    .get();
  for (const message of say) putMessage(tx, message, { jobId, held: false }, now);
  tellIfPaused(tx, queued, now);
  return true;
}

/** `JobStore.recover` inside a transaction of the caller's. */
export function recover(tx: Tx, report: ReportEnd, now: number): Recovery {
  const requeued: Job[] = [];
  const ended: Job[] = [];
  for (const row of orphans(tx)) {
    const end = endOfOrphan(row);
    if (end === undefined) {
      const queued = tx
        .update(jobs)
        .set({ state: "queued" })
        .where(eq(jobs.id, row.id))
        .returning()
        .get();
      tellIfPaused(tx, queued, now);
      requeued.push(toJob(queued));
    } else {
      ended.push(endRow(tx, row, end, report(toJob(row), end), now));
    }
  }
  return { requeued, ended };
}

/** The row, when it is the caller's to end; its lease is released. */
function take(tx: Tx, jobId: number, marker: string | undefined): JobRow | undefined {
  const mine =
    marker === undefined
      ? inArray(jobs.state, ["received", "queued"])
      : and(eq(jobs.state, "running"), eq(jobs.marker, marker));
  const row = tx
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, jobId), mine))
    .get();
  // Without the lease somebody else took it for dead: the job may run elsewhere by now.
  if (row === undefined || marker === undefined) return row;
  return releaseLease(tx, jobLease(row), marker) ? row : undefined;
}

/** Ends a job, whoever's it is: final state, and last words into the outbox. */
export function endRow(
  tx: Tx,
  row: JobRow,
  end: JobEnd,
  say: readonly NewMessage[],
  now: number,
): Job {
  const { state, words } = end;
  const ended = tx
    .update(jobs)
    .set({ state, words, finishedAt: now })
    .where(eq(jobs.id, row.id))
    .returning()
    .get();
  for (const message of say) putMessage(tx, message, { jobId: row.id, held: false }, now);
  return toJob(ended);
}

function orphans(tx: Tx): JobRow[] {
  const lease = tx
    .select({ one: sql`1` })
    .from(leases)
    .where(
      and(
        eq(leases.resource, sql`coalesce(${jobs.resource}, 'job:' || ${jobs.id})`),
        eq(leases.marker, jobs.marker),
      ),
    );
  return tx
    .select()
    .from(jobs)
    .where(and(eq(jobs.state, "running"), notExists(lease)))
    .orderBy(asc(jobs.id))
    .all();
}

function endOfOrphan(row: JobRow): JobEnd | undefined {
  if (row.stopBy !== null) return stoppedBy(toJob(row), row.stopBy);
  if (row.attempts - row.interruptions < MAX_CRASHED_ATTEMPTS) return undefined;
  return {
    state: "failed",
    words: "It was cut off twice by a crash and is not tried again by itself.",
  };
}

/** The end of a job whose handler does not tell of it. */
export function stoppedBy(job: Pick<Job, "verb" | "notes">, by: string): JobEnd {
  const words = stoppedWords({ by, verb: job.verb, begun: job.notes["began"] === true });
  return { state: "stopped", words, by };
}
