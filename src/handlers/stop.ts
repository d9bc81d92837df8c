import type { StoppedJobs } from "../jobs/request-stop.ts";
import type { Handler } from "./handler.ts";

/** Ends the running turn of the issue; `stop all` also what waits. Overtakes the queue. */
export const stop: Handler = async ({ job, queue }) => {
  const waiting = /^all(?=[\s.,;:!]|$)/i.test(job.message);
  const stopped = await queue.stop(job.ref, { by: job.actor.login, waiting });
  return { state: "done", words: words(stopped) };
};

function words({ running, waiting, left }: StoppedJobs): string {
  const parts = [];
  if (running.length > 0) parts.push("the running turn is ended, and its work is kept");
  if (waiting.length > 0) parts.push(`${orders(waiting, "is", "are")} taken back`);
  const sentences = [
    parts.length === 0 ? "Nothing runs for this issue." : `**Stopped:** ${parts.join("; ")}.`,
  ];
  if (running.length > 0) sentences.push("`/kugetsu continue` goes on with it.");
  if (left.length > 0)
    sentences.push(
      `${orders(left, "is", "are")} left; \`/kugetsu stop all\` takes back what waits, too.`,
    );
  return sentences.join(" ");
}

function orders(ids: readonly number[], one: string, more: string): string {
  return ids.length === 1 ? `1 waiting order ${one}` : `${ids.length} waiting orders ${more}`;
}
