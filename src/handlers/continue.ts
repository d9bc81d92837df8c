import { takeTurn } from "./turn.ts";
import type { Handler } from "./handler.ts";

/** Goes on in the conversation and worktree. */
export const continueSession: Handler = async (work) => {
  const session = await work.kugetsu.session(work.job.ref, work.job.repository.id);
  if (session === undefined && !work.resumed) {
    return {
      state: "done",
      words:
        "There is no session for this issue yet. `/kugetsu fix` starts one; what you wrote can stand behind it.",
    };
  }
  const { message, context } = work.job;
  return takeTurn(work, { message, context });
};
