import { counted } from "../counted.ts";
import type { StoppedJobs } from "../jobs/request-stop.ts";
import type { Handler } from "./handler.ts";
import { aboutOf } from "./pull-request.ts";

/** Ends the running turn of the issue; `stop all` also what waits. Overtakes the queue. */
export const stop: Handler = async ({ job, queue }) => {
  const waiting = /^all(?=[\s.,;:!]|$)/i.test(job.message);
  const stopped = await queue.stop(job.ref, { by: job.actor.login, waiting });
  return { state: "done", words: words(stopped, aboutOf(job)) };
};

const WAITING = ["waiting order is", "waiting orders are"] as const;

function words({ running, waiting, left }: StoppedJobs, about: string): string {
  const parts = [];
  if (running.length > 0) parts.push("the running turn is ended, and its work is kept");
  if (waiting.length > 0) parts.push(`${counted(waiting, ...WAITING)} taken back`);
  const sentences = [
    parts.length === 0 ? `Nothing runs for this ${about}.` : `**Stopped:** ${parts.join("; ")}.`,
  ];
  if (running.length > 0) sentences.push("`/kugetsu continue` goes on with it.");
  if (left.length > 0)
    sentences.push(
      `${counted(left, ...WAITING)} left; \`/kugetsu stop all\` takes back what waits, too.`,
    );
  return sentences.join(" ");
}
