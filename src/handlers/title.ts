import { plain } from "../reply.ts";
import type { Job } from "../jobs/job.ts";

/** The issue's title where the forge confirmed what the delivery told, else a name that says as much. */
export function titleOf(job: Job): string {
  const title = job.thread?.title ?? "";
  if (plain(title, 200) !== "") return title;
  if (job.issueNumber !== 0)
    return `${job.isPullRequest ? "Pull request" : "Issue"} ${job.issueNumber}`;
  // What has no number has no title either: the order says what it is about.
  const [first = ""] = job.message.split("\n");
  return plain(first, 200) === "" ? job.ref : plain(first, 200);
}
