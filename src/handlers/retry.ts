import { code, plain } from "../reply.ts";
import { takeTurn } from "./turn.ts";
import type { Handler } from "./handler.ts";
import { onForge } from "./repository.ts";

/** Gives the last order that was begun once more, whoever gave it. */
export const retry: Handler = async (work) => {
  const jobs = await work.queue.jobsOf(work.job.ref);
  const last = jobs.find(
    (job) =>
      job.id < work.job.id &&
      // What was ordered elsewhere than in the issue was not said in it.
      job.origin === undefined &&
      (job.verb === "fix" || job.verb === "continue") &&
      job.admittedAt !== undefined &&
      job.startedAt !== undefined,
  );
  if (last === undefined) {
    return {
      state: "done",
      words: "There is no earlier order to repeat. `/kugetsu fix` gives one.",
    };
  }
  const message = [last.message, work.job.message].filter((part) => part !== "").join("\n\n");
  const order = plain(`${last.verb} ${last.message}`, 80);
  return takeTurn(work, onForge(work), {
    message,
    context: last.context,
    note: `This repeats the order ${code(order)}.`,
  });
};
