import { and, asc, eq, inArray, isNotNull, ne } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import type { ReportEnd } from "./contract.ts";
import { endRow, stoppedBy } from "./end.ts";
import { type JobRow, jobLease, toJob } from "./job-row.ts";
import { dropHeld } from "./outbox-rows.ts";
import { jobs } from "./schema.ts";

/** `stopped`: it waited, and is over. `stopping`: it runs, and its worker ends it. `over`: nothing to stop. */
export type StopAnswer = "stopped" | "stopping" | "over";

/** Who asks for the end of an issue's turn, and what is said of what waited. */
export interface StopRequest {
  /** A login, or OPERATOR. */
  readonly by: string;
  /** Take back what waits, too. */
  readonly waiting: boolean;
  readonly report: ReportEnd;
}

/** The dev and pm jobs of an issue, by id: those that are told to end, those taken back, and those left waiting. */
export interface StoppedJobs {
  readonly running: readonly number[];
  readonly waiting: readonly number[];
  readonly left: readonly number[];
}

/** A running job and the lease under which it runs. */
export interface RunningJob {
  readonly id: number;
  readonly resource: string;
  readonly marker: string | undefined;
}

/** `JobStore.stop` inside a transaction of the caller's. */
export function requestStop(
  tx: Tx,
  { jobId, by, report }: { jobId: number; by: string; report: ReportEnd },
  now: number,
): StopAnswer {
  const row = tx.select().from(jobs).where(eq(jobs.id, jobId)).get();
  return row === undefined ? "over" : stopRow(tx, row, { by, report }, now);
}

/** `JobStore.stopIssue` inside a transaction of the caller's. */
export function stopIssue(
  tx: Tx,
  ref: string,
  { by, waiting, report }: StopRequest,
  now: number,
): StoppedJobs {
  const stopped = { running: [] as number[], waiting: [] as number[], left: [] as number[] };
  const rows = tx
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.ref, ref),
        inArray(jobs.state, ["running", "queued", "received"]),
        ne(jobs.lane, "quick"),
      ),
    )
    .orderBy(asc(jobs.id))
    .all();
  for (const row of rows) {
    if (row.state !== "running" && !waiting) stopped.left.push(row.id);
    else if (stopRow(tx, row, { by, report }, now) === "stopping") stopped.running.push(row.id);
    else stopped.waiting.push(row.id);
  }
  return stopped;
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

/** `JobStore.stillRunning` inside a transaction of the caller's. */
export function stillRunning(tx: Tx, jobIds: readonly number[]): RunningJob[] {
  return tx
    .select({ id: jobs.id, resource: jobs.resource, marker: jobs.marker })
    .from(jobs)
    .where(and(inArray(jobs.id, [...jobIds]), eq(jobs.state, "running")))
    .all()
    .map((row) => ({ id: row.id, resource: jobLease(row), marker: row.marker ?? undefined }));
}

/** Ends a job that waits, or asks for the end of one that runs. */
export function stopRow(
  tx: Tx,
  row: JobRow,
  { by, report }: Pick<StopRequest, "by" | "report">,
  now: number,
): StopAnswer {
  if (row.state === "running") {
    tx.update(jobs).set({ stopBy: by }).where(eq(jobs.id, row.id)).run();
    return "stopping";
  }
  if (row.state !== "received" && row.state !== "queued") return "over";
  dropHeld(tx, row.id);
  const job = toJob(row);
  const end = stoppedBy(job, by);
  // Of what the forge has not confirmed, nothing was said, and nothing is.
  const say = row.state === "queued" ? report(job, end) : [];
  endRow(tx, row, end, say, now);
  return "stopped";
}
