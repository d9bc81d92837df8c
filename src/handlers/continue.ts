import type { Handler, HandlerEnd, Work } from "./handler.ts";
import { type JobRepository, onForge } from "./repository.ts";
import { aboutOf } from "./pull-request.ts";
import { takeTurn } from "./turn.ts";

/** Goes on in the conversation and worktree. */
export const continueSession: Handler = async (work) => continueTurn(work, onForge(work));

/** The turn of a `continue`, wherever the repository lies. */
export async function continueTurn(work: Work, repository: JobRepository): Promise<HandlerEnd> {
  const { job, kugetsu } = work;
  if ((await kugetsu.session(job.ref, repository.id)) === undefined && !work.resumed) {
    if (job.origin !== undefined)
      return { state: "failed", words: `There is no session for ${job.ref} any more.` };
    return {
      state: "done",
      words: `There is no session for this ${aboutOf(job)} yet. \`/kugetsu fix\` starts one; what you wrote can stand behind it.`,
    };
  }
  return takeTurn(work, repository, { message: job.message, context: job.context });
}
