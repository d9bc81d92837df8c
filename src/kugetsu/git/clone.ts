import type { GitPlace } from "./place.ts";
import { survey } from "./survey.ts";
import { takeOver, type TakeOverRequest } from "./takeover.ts";

/** What a plain clone holds, in the mirror. */
export interface ClonedWork {
  /** What stands in the clone: its commits with what was not committed on top; `since` when that is no more. */
  readonly tip: string;
  /** Refs of the mirror under which further branches were kept. */
  readonly kept: readonly string[];
  /** Paths and branches that could not be brought along. Hostile words. */
  readonly leftOut: readonly string[];
}

/**
 * Takes over what stands in a plain clone at `path`, in the box and as data, as from any repository that an agent can
 * write. The clone stays as it is.
 *
 * @param request `since`: the commit in the mirror that the work is meant for
 * @returns undefined when it is no repository with a commit
 * @throws KugetsuError `failed` when its objects are damaged, `unavailable` when it was stopped
 */
export async function takeClone(
  place: GitPlace,
  request: TakeOverRequest,
): Promise<ClonedWork | undefined> {
  const [found] = await survey(place, request);
  const head = found?.head?.sha;
  if (head === undefined) return undefined;
  const { mirror, since, branch } = request;
  const taken = await takeOver(place, request);
  // Commits that were pushed count as nothing new, and yet the clone stands on them.
  const given = found?.branches.get(branch);
  const stands = given !== undefined && (await mirror.contains(head, given)) ? given : head;
  const tip = taken.tip === since ? stands : taken.tip;
  return {
    tip: (await mirror.contains(tip, since)) ? since : tip,
    kept: taken.alsoKept.map(({ name }) => name),
    leftOut: taken.leftOut,
  };
}
