import { plain } from "../reply.ts";
import type { Job } from "../jobs/job.ts";

/** The title where the forge confirmed what the delivery told, else a name that says as much. */
export function titleOf(job: Job): string {
  const title = job.thread?.title ?? "";
  return plain(title, 200) === "" ? `Issue ${job.issueNumber}` : title;
}
