import type { PullRequest } from "../forge/forge.ts";
import type { Job } from "../jobs/job.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { parseRef } from "../kugetsu/ref.ts";
import { code } from "../reply.ts";
import type { BranchPlan } from "./branch.ts";
import type { ForgeWork } from "./handler.ts";

type Place = Pick<Job, "ref" | "issueNumber" | "isPullRequest">;

/** Whether the job's session works on the branch of the pull request that the order was given on. */
export function isOnPullRequest(job: Place): boolean {
  return job.isPullRequest && numberOf(job) === job.issueNumber;
}

/** Whether the order was given on a pull request of the bot's own: its session is that of an issue. */
export function isOnOwnPullRequest(job: Place): boolean {
  return job.isPullRequest && !isOnPullRequest(job);
}

/** What the job's session is for. */
export function aboutOf(job: Place): "issue" | "pull request" {
  return isOnPullRequest(job) ? "pull request" : "issue";
}

/** The number of the issue or pull request that the job's session is for; 0 for a discussion without one. */
export function numberOf({ ref }: Pick<Job, "ref">): number {
  const number = Number(parseRef(ref).identifier);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}

/** @throws KugetsuError `not_found` when it is gone */
export async function pullRequestOf({
  forge,
  job,
}: Pick<ForgeWork, "forge" | "job">): Promise<PullRequest> {
  const { owner, name } = job.repository;
  const pull = await forge.pullRequestAt({ owner, name, number: job.issueNumber });
  if (pull !== undefined) return pull;
  throw new KugetsuError("not_found", "The forge knows no such pull request.");
}

/** Why there is nothing to work on in the pull request; undefined when there is. Markdown. */
export async function whyOver(work: Pick<ForgeWork, "forge" | "job">): Promise<string | undefined> {
  const { owner, name } = work.job.repository;
  const { state, head, fromFork } = await pullRequestOf(work);
  if (state !== "open")
    return `This pull request is ${state}, so there is no branch to work on. \`/kugetsu fix\` on an issue starts something new.`;
  // The same name may be a branch of this repository, which is another one.
  if (fromFork) return "The branch of this pull request lies in a fork, where I cannot push.";
  if ((await work.forge.branch(owner, name, head)) === undefined)
    return `The branch ${code(head)} of this pull request is gone.`;
  return undefined;
}

/**
 * The pull request's own branch, or the one of the bot's that the session's last work went to since it did not fit
 * there, for as long as that is under review.
 */
export async function planPullRequest(
  work: Pick<ForgeWork, "forge" | "job" | "kugetsu">,
): Promise<BranchPlan & { readonly base: string }> {
  const { forge, job, kugetsu } = work;
  const { owner, name, id } = job.repository;
  const [pull, session] = await Promise.all([pullRequestOf(work), kugetsu.session(job.ref, id)]);
  if (session?.branch !== undefined && session.branch !== pull.head) {
    const { branch } = session;
    const [bot, other, head] = await Promise.all([
      forge.self(),
      forge.pullRequest(owner, name, branch),
      forge.branch(owner, name, branch),
    ]);
    const isUnderReview = other?.state === "open" && other.author.id === bot.id;
    if (head !== undefined && (other === undefined || isUnderReview))
      return { branch, pull: other, head, base: session.base ?? pull.base };
  }
  const head = await forge.branch(owner, name, pull.head);
  return { branch: pull.head, pull, head, base: pull.base };
}
