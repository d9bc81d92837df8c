import type { Forge, IssueAddress, PullRequest, Repository } from "../forge/forge.ts";
import { parseRef, printRef } from "../kugetsu/ref.ts";

/** Whose session works on a pull request, or why none can. */
export type PullPlace =
  /** `ref`: that of the issue that the bot opened it for, or its own. */
  | { readonly kind: "session"; readonly ref: string }
  /** Its branch lies elsewhere, where the bot cannot push. */
  | { readonly kind: "fork" }
  /** Its branch is the default branch, to which nothing goes without a review. */
  | { readonly kind: "default_branch" }
  /** The forge has no such pull request. */
  | { readonly kind: "missing" };

/** @param ref the printed ref with the pull request's own number */
export async function placeOfPull(
  forge: Forge,
  { at, ref, repository }: { at: IssueAddress; ref: string; repository: Repository },
): Promise<PullPlace> {
  const [bot, pull] = await Promise.all([forge.self(), forge.pullRequestAt(at)]);
  if (pull === undefined) return { kind: "missing" };
  if (pull.fromFork) return { kind: "fork" };
  const issue = pull.author.id === bot.id ? issueOf(pull) : undefined;
  if (issue !== undefined && issue !== String(at.number))
    return { kind: "session", ref: printRef({ ...parseRef(ref), identifier: issue }) };
  return pull.head === repository.defaultBranch
    ? { kind: "default_branch" }
    : { kind: "session", ref };
}

/**
 * The number of the issue that a pull request of the bot's own is for. Its branch tells, as only the bot names it; of a
 * branch of another name (an imported session's) the bot's own line does, the last of its kind.
 */
function issueOf({ head, body }: PullRequest): string | undefined {
  const branch = /^fix\/issue-([1-9]\d{0,9})(?:-\d+)?$/.exec(head)?.[1];
  if (branch !== undefined) return branch;
  return body
    .matchAll(/^Fixes #([1-9]\d{0,9})\r?$/gm)
    .toArray()
    .at(-1)?.[1];
}
