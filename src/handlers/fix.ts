import { alreadyThere } from "../reply.ts";
import { planBranch } from "./branch.ts";
import type { Handler, HandlerEnd, Work } from "./handler.ts";
import { type JobRepository, onForge } from "./repository.ts";
import { takeTurn } from "./turn.ts";
import type { Job } from "../jobs/job.ts";
import type { Session } from "../kugetsu/db/sessions.ts";
import { newTo } from "./new-to.ts";
import { isOnPullRequest, planPullRequest } from "./pull-request.ts";

/** Starts the session, or continues the one there is. */
export const fix: Handler = async (work) => {
  const { job } = work;
  const session = await work.kugetsu.session(job.ref, job.repository.id);
  if (isBare(job) && !work.resumed && session?.state === "finished") {
    const onPull = isOnPullRequest(job);
    const { branch, pull } = await (onPull ? planPullRequest(work) : planBranch(work));
    const isOpen = pull?.state === "open";
    if (isOpen && !(onPull && hasNews(job, session)))
      return { state: "done", words: alreadyThere({ pullUrl: pull.webUrl, branch }) };
  }
  return fixTurn(work, onForge(work));
};

/** Whether the order says nothing of what is to be done. On a line of a diff or in a review it does by its place. */
function isBare({ message, anew, trigger }: Job): boolean {
  return message === "" && anew !== true && trigger !== "review" && trigger !== "review_comment";
}

/** Whether people said something in the pull request that its session does not know. */
function hasNews({ thread }: Job, { seenCommentId = 0 }: Session): boolean {
  return thread !== undefined && newTo(thread, seenCommentId).length > 0;
}

/** The turn of a `fix`, wherever the repository lies. */
export async function fixTurn(work: Work, repository: JobRepository): Promise<HandlerEnd> {
  const { message, context } = work.job;
  return takeTurn(work, repository, {
    message,
    context,
    kept: await clear(work, repository),
  });
}

/** Where a new session is asked for, takes leave of the one there is. Returns where its unpushed work is kept. */
async function clear(work: Work, repository: JobRepository): Promise<readonly string[]> {
  const { job, kugetsu, resumed } = work;
  const noted = job.notes["cleared"] as readonly string[] | undefined;
  if (job.anew !== true || resumed) return noted ?? [];
  if ((await kugetsu.session(job.ref, repository.id)) === undefined) return noted ?? [];
  // Nothing is given up for a repository that cannot be reached.
  await repository.defaultBranch();
  const { kept } = await kugetsu.destroy(job.ref);
  await work.note({ cleared: kept });
  return kept;
}
