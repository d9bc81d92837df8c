import { KugetsuError } from "../kugetsu/errors.ts";
import type { PullRequest } from "../forge/forge.ts";
import type { Job } from "../jobs/job.ts";
import { parseRef } from "../kugetsu/ref.ts";
import type { ForgeWork } from "./handler.ts";

/** The branch that a turn works on, with its pull request where one is open. */
export interface BranchPlan {
  readonly branch: string;
  readonly pull: PullRequest | undefined;
  /** The branch's tip on the forge; undefined when it is not there yet. */
  readonly head: string | undefined;
}

// Nobody merges fifty pull requests for one issue; a loop without an end would ask the forge for ever.
const MOST_BRANCHES = 50;

/**
 * Chooses `fix/issue-N`, or the first of `fix/issue-N-2`, `-3`, … that is ours to push to. A branch whose pull request
 * is merged or closed, or that somebody else made, is left alone.
 */
export async function planBranch(
  work: Pick<ForgeWork, "forge" | "job" | "kugetsu">,
): Promise<BranchPlan> {
  const { forge, job } = work;
  const { owner, name } = job.repository;
  const [bot, session] = await Promise.all([
    forge.self(),
    work.kugetsu.session(job.ref, job.repository.id),
  ]);
  // The session's own branch first: its last work may have gone to `-2` while the pull request of the first is open.
  const names = Array.from({ length: MOST_BRANCHES }, (_, index) => branchOf(job, index + 1));
  for (const branch of new Set([session?.branch ?? [], names].flat())) {
    const [pull, head] = await Promise.all([
      forge.pullRequest(owner, name, branch),
      forge.branch(owner, name, branch),
    ]);
    if (pull !== undefined) {
      if (pull.state === "open" && pull.author.id === bot.id) return { branch, pull, head };
      continue;
    }
    // A push that was not heard to its end may be there without our knowing it.
    const ours =
      session?.branch === branch && (session.pushedSha !== undefined || head === session.tip);
    if (head === undefined || ours) return { branch, pull: undefined, head };
  }
  throw new KugetsuError(
    "conflict",
    `All branches from ${branchOf(job, 1)} to -${MOST_BRANCHES} are taken.`,
  );
}

/** The `count`th branch of an issue: `fix/issue-14`, `fix/issue-14-2`, …; of a discussion `fix/issue--discuss`. */
export function branchOf(job: Pick<Job, "ref">, count: number): string {
  const { identifier } = parseRef(job.ref);
  return count === 1 ? `fix/issue-${identifier}` : `fix/issue-${identifier}-${count}`;
}
