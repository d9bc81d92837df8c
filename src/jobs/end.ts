import { and, asc, eq, inArray, isNotNull, notExists, sql } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import { releaseLease } from "../kugetsu/db/leases.ts";
import { leases } from "../kugetsu/db/schema.ts";
import type { ReportEnd } from "./contract.ts";
import type { Job, JobEnd } from "./job.ts";
import { type JobRow, jobLease, toJob } from "./job-row.ts";
import type { NewMessage } from "./message.ts";
import { dropHeld, putMessage } from "./outbox-rows.ts";
import { jobs } from "./schema.ts";

/** What became of the jobs whose process died. */
export interface Recovery {
  readonly requeued: readonly Job[];
  readonly ended: readonly Job[];
}

/** `stopped`: it waited, and is over. `stopping`: it runs, and its worker ends it. `over`: nothing to stop. */
export type StopAnswer = "stopped" | "stopping" | "over";

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
  { jobId, marker, say }: { jobId: number; marker: string; say: readonly NewMessage[] },
  now: number,
): boolean {
  const row = take(tx, jobId, marker);
  if (row === undefined) return false;
  tx.update(jobs)
    .set({ state: "queued", interruptions: sql`${jobs.interruptions} + 1` })
    .where(eq(jobs.id, jobId))
    .run();
  for (const message of say) putMessage(tx, message, { jobId, held: false }, now);
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
      requeued.push(toJob(queued));
    } else {
      ended.push(endRow(tx, row, end, report(toJob(row), end), now));
    }
  }
  return { requeued, ended };
}

/** `JobStore.stop` inside a transaction of the caller's. */
export function requestStop(
  tx: Tx,
  { jobId, by, report }: { jobId: number; by: string; report: ReportEnd },
  now: number,
): StopAnswer {
  const row = tx.select().from(jobs).where(eq(jobs.id, jobId)).get();
  if (row === undefined) return "over";
  if (row.state === "running") {
    tx.update(jobs).set({ stopBy: by }).where(eq(jobs.id, jobId)).run();
    return "stopping";
  }
  if (row.state !== "received" && row.state !== "queued") return "over";
  dropHeld(tx, jobId);
  const end = stoppedBy(by);
  endRow(tx, row, end, report(toJob(row), end), now);
  return "stopped";
}

/** `JobStore.stopsAsked` inside a transaction of the caller's. */
export function stopsAsked(tx: Tx, jobIds: readonly number[]): ReadonlyMap<number, string> {
  const asked = tx
    .select({ id: jobs.id, by: jobs.stopBy })
    .from(jobs)
    .where(and(inArray(jobs.id, [...jobIds]), isNotNull(jobs.stopBy)))
    .all();
  return new Map(asked.map(({ id, by }) => [id, by ?? ""]));
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

function endRow(tx: Tx, row: JobRow, end: JobEnd, say: readonly NewMessage[], now: number): Job {
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
  if (row.stopBy !== null) return stoppedBy(row.stopBy);
  if (row.attempts - row.interruptions < MAX_CRASHED_ATTEMPTS) return undefined;
  return {
    state: "failed",
    words: "It was cut off twice by a crash and is not tried again by itself.",
  };
}

function stoppedBy(by: string): JobEnd {
  return { state: "stopped", words: `By ${by}.`, by };
}
