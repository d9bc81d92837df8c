import type { Job } from "../../src/jobs/job.ts";
import { newJob } from "./queue.ts";

/** A job as the database gives it, for a new comment of issue 14 unless something else is said. */
export function storedJob(change: Partial<Job> = {}): Job {
  return {
    ...newJob(change.issueNumber ?? 14),
    id: 5,
    state: "queued",
    attempts: 0,
    thread: undefined,
    notes: {},
    createdAt: 0,
    admittedAt: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    words: undefined,
    ...change,
  };
}
