import { alreadyThere } from "../reply.ts";
import { planBranch } from "./branch.ts";
import type { Handler, HandlerEnd, Work } from "./handler.ts";
import { type JobRepository, onForge } from "./repository.ts";
import { takeTurn } from "./turn.ts";

/** Starts the session, or continues the one there is. */
export const fix: Handler = async (work) => {
  const { message, anew } = work.job;
  const session = await work.kugetsu.session(work.job.ref, work.job.repository.id);
  if (message === "" && anew !== true && !work.resumed && session?.state === "finished") {
    const { branch, pull } = await planBranch(work);
    if (pull !== undefined)
      return { state: "done", words: alreadyThere({ pullUrl: pull.webUrl, branch }) };
  }
  return fixTurn(work, onForge(work));
};

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
