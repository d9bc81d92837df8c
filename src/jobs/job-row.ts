import { sql } from "drizzle-orm";
import { PM_AGENT } from "../kugetsu/session/core.ts";
import { parseRef, pmRef } from "../kugetsu/ref.ts";
import type { Job, JobSummary } from "./job.ts";
import { jobs } from "./schema.ts";

export type JobRow = typeof jobs.$inferSelect;

export function toJob(row: JobRow): Job {
  return {
    ...row.act,
    id: row.id,
    // JSON drops what is undefined.
    verb: row.act.verb,
    state: row.state,
    attempts: row.attempts,
    thread: row.thread ?? undefined,
    notes: row.notes,
    createdAt: row.createdAt,
    admittedAt: row.admittedAt ?? undefined,
    startedAt: row.startedAt ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
    words: row.words ?? undefined,
  };
}

/** The columns of a JobSummary. Threads and notes may be large, and so may be the bodies in `act`. */
export const SUMMARY = {
  id: jobs.id,
  ref: jobs.ref,
  lane: jobs.lane,
  verb: jobs.verb,
  word: sql<string>`json_extract(${jobs.act}, '$.word')`,
  message: sql<string>`json_extract(${jobs.act}, '$.message')`,
  context: sql<string>`json_extract(${jobs.act}, '$.context')`,
  origin: sql<Job["origin"] | null>`json_extract(${jobs.act}, '$.origin')`,
  state: jobs.state,
  attempts: jobs.attempts,
  createdAt: jobs.createdAt,
  admittedAt: jobs.admittedAt,
  startedAt: jobs.startedAt,
  finishedAt: jobs.finishedAt,
};

type SummaryRow = Pick<JobRow, keyof JobRow & keyof typeof SUMMARY> &
  Pick<JobSummary, "word" | "message" | "context"> & { readonly origin: Job["origin"] | null };

export function toSummary(row: SummaryRow): JobSummary {
  return {
    ...row,
    verb: row.verb ?? undefined,
    origin: row.origin ?? undefined,
    admittedAt: row.admittedAt ?? undefined,
    startedAt: row.startedAt ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
  };
}

/** What only one job at a time may work on: its issue, or the repository's PM session. */
export function resourceOf(job: Pick<Job, "lane" | "ref">): string | undefined {
  if (job.lane === "quick") return undefined;
  if (job.lane !== "pm" || job.ref === PM_AGENT) return job.ref;
  return pmRef(parseRef(job.ref));
}

/** The resource of the lease under which a job runs. */
export function jobLease(row: Pick<JobRow, "id" | "resource">): string {
  return row.resource ?? `job:${row.id}`;
}
