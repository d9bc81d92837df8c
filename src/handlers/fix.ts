import { alreadyThere } from "../reply.ts";
import { planBranch } from "./branch.ts";
import { takeTurn } from "./turn.ts";
import type { Handler } from "./handler.ts";

/** Starts the session, or continues the one there is. */
export const fix: Handler = async (work) => {
  const { message, context } = work.job;
  const session = await work.kugetsu.session(work.job.ref, work.job.repository.id);
  if (message === "" && !work.resumed && session?.state === "finished") {
    const { branch, pull } = await planBranch(work);
    if (pull !== undefined)
      return { state: "done", words: alreadyThere({ pullUrl: pull.webUrl, branch }) };
  }
  return takeTurn(work, { message, context });
};
