import type { Handler } from "./handler.ts";

/** Ends the running turn of the issue; `stop all` also what waits. Overtakes the queue. */
export const stop: Handler = async ({ job, queue }) => {
  const waiting = /^all\b/i.test(job.message);
  const ended = await queue.stop(job.ref, { by: job.actor.login, waiting });
  return { state: "done", words: words(ended) };
};

function words(ended: { running: number; waiting: number }): string {
  if (ended.running === 0 && ended.waiting === 0) return "Nothing runs for this issue.";
  const parts = [];
  if (ended.running > 0) parts.push("the running turn is ended");
  if (ended.waiting > 0)
    parts.push(
      `${ended.waiting} waiting ${ended.waiting === 1 ? "order is" : "orders are"} taken back`,
    );
  return `**Stopped:** ${parts.join(", ")}. ${ended.running > 0 ? "Its work is kept; `/kugetsu continue` goes on with it." : ""}`;
}
