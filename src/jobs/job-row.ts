import type { Job } from "./job.ts";
import type { jobs } from "./schema.ts";

export type JobRow = typeof jobs.$inferSelect;

export function toJob(row: JobRow): Job {
  return {
    ...row.request,
    id: row.id,
    // JSON drops what is undefined.
    verb: row.request.verb,
    state: row.state,
    attempts: row.attempts,
    thread: row.thread ?? undefined,
    notes: row.notes,
    createdAt: row.createdAt,
    startedAt: row.startedAt ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
    words: row.words ?? undefined,
  };
}

/** What only one job at a time may work on: its issue, or the repository's PM session. */
export function resourceOf(job: Pick<Job, "lane" | "ref">): string | undefined {
  if (job.lane === "quick") return undefined;
  return job.lane === "pm" ? pmResource(job.ref) : job.ref;
}

/** The resource of the lease under which a job runs. */
export function leaseOf(row: Pick<JobRow, "id" | "resource">): string {
  return row.resource ?? `job:${row.id}`;
}

/** The resource, and the session, of the PM agent for that ref's repository: `pm:instance/owner/repo`. */
function pmResource(ref: string): string {
  const hash = ref.indexOf("#");
  return `pm:${hash === -1 ? ref : ref.slice(0, hash)}`;
}
