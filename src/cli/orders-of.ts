import { resourceOf } from "../jobs/job-row.ts";
import type { JobStore } from "../jobs/job-store.ts";
import type { JobState, JobSummary } from "../jobs/job.ts";

/** The orders for these sessions that are in one of these states, oldest first. */
export async function ordersOf(
  store: JobStore,
  refs: ReadonlySet<string>,
  states: readonly JobState[],
): Promise<JobSummary[]> {
  const orders = await store.list({ states, lanes: ["dev", "pm"], limit: 1_000_000 });
  return orders.filter((job) => refs.has(resourceOf(job) ?? "")).toReversed();
}
