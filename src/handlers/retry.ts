import { takeTurn } from "./turn.ts";
import type { Handler } from "./handler.ts";

/** Gives the last order once more. */
export const retry: Handler = async (work) => {
  const jobs = await work.queue.jobsOf(work.job.ref);
  const last = jobs.find(
    (job) =>
      job.id < work.job.id &&
      (job.verb === "fix" || job.verb === "continue") &&
      job.state !== "refused",
  );
  if (last === undefined) {
    return {
      state: "done",
      words: "There is no earlier order to repeat. `/kugetsu fix` gives one.",
    };
  }
  const message = [last.message, work.job.message].filter((part) => part !== "").join("\n\n");
  return takeTurn(work, { message, context: last.context });
};
