import { KugetsuError } from "../errors.ts";
import { assertBranch, assertKey, assertShas } from "./check.ts";
import { changedInSubmodules } from "./changed-submodules.ts";
import { commitLeftovers } from "./commit-leftovers.ts";
import { readFetched } from "./fetched.ts";
import { importObjects } from "./import.ts";
import { keep, kept } from "./kept.ts";
import { commitsInMirror, newCommits, newOnes } from "./news.ts";
import type { NewCommitLine } from "./news.ts";
import type { GitPlace, Identity } from "./place.ts";
import { putBack } from "./put-back.ts";
import { setRef } from "./refs.ts";
import { commitsIn, survey } from "./survey.ts";
import type { Head, Survey } from "./survey.ts";
import { chooseTip } from "./tip.ts";
import type { Found } from "./tip.ts";
import { headsAtStart } from "./worktree.ts";
import type { AgentWorktree } from "./worktree.ts";

export interface TakeOverRequest extends AgentWorktree {
  /** Printed issue ref: names what is kept. */
  readonly ref: string;
  /** The branch that the agent was given. */
  readonly branch: string;
  /** The commit at which its turn began; it is in the mirror. */
  readonly since: string;
  /** First line of a commit that is made for the agent. */
  readonly subject: string;
  /** Login of who asked for the turn. */
  readonly requestedBy: string;
  /** The commit whose merge was begun in the worktree (`beginMerge`). */
  readonly mergeOf?: string | undefined;
  readonly identity?: Identity | undefined;
  /** The time in the names of what is kept; without it now. */
  readonly at?: Date | undefined;
  /** The date of a commit that is made for the agent; without it now. With one, a second call makes the same commit. */
  readonly committedAt?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Taken {
  /** The agent's result, in the mirror; `since` when it did nothing. */
  readonly tip: string;
  /** What is new in it, oldest first, at most the last 200. Subjects are an agent's words. */
  readonly commits: readonly NewCommitLine[];
  /** Whether the bot committed what the agent had left uncommitted. */
  readonly committedForAgent: boolean;
  /** Where the commits were found, when not on the agent's branch: another branch, or `HEAD` when detached. */
  readonly foundOn: string | undefined;
  /** Other commits of the agent, kept under a ref of the mirror. `branch` is where they were found. */
  readonly alsoKept: readonly {
    readonly branch: string;
    readonly name: string;
    readonly sha: string;
  }[];
  /** The tip does not contain `since`: it cannot be pushed as it is, see `graft`. */
  readonly rewritten: boolean;
  /** Files with conflict markers of the merge that was begun: the tip is not to be pushed. */
  readonly unresolved: readonly string[];
  /** Paths and branches that could not be taken over. */
  readonly leftOut: readonly string[];
  /** What was done to what the bot had put into the worktree: such changes are never taken over. */
  readonly changedFetched: ChangedFetched;
}

export interface ChangedFetched {
  /** Files in the directories of submodules. */
  readonly submodules: readonly string[];
  /** Files of Git LFS. */
  readonly lfs: readonly string[];
  /** Submodules and LFS files that the agent had committed as files: the tip has them as they were. */
  readonly putBack: readonly string[];
}

/**
 * Takes over what an agent did, from wherever it left it, into the mirror. Whatever the agent made of its worktree
 * and repository, it ends in a value or a KugetsuError, and nothing there is changed.
 *
 * @throws KugetsuError `failed` when the main work cannot be read or is refused, `unavailable` when it was stopped
 */
export async function takeOver(place: GitPlace, request: TakeOverRequest): Promise<Taken> {
  const { mirror, branch, since } = request;
  assertKey(request.key);
  assertBranch(branch);
  assertShas(since, ...(request.mergeOf === undefined ? [] : [request.mergeOf]));
  const surveys = await survey(place, request);
  const leftOut: string[] = [];
  for (const each of surveys) leftOut.push(...(await takeCommits(place, request, each)));

  const branches = new Map<string, string>();
  const atStart = new Set(await headsAtStart(place, request.key));
  for (const each of surveys.toReversed()) {
    for (const [name, sha] of each.branches) {
      if (name === branch || !leftOut.includes(name)) branches.set(name, sha);
    }
  }
  const current = surveys.find((each) => each.head !== undefined);
  const base = current?.head ?? { sha: branches.get(branch) ?? since, branch };
  const fetched = await readFetched(place, request.key);
  const left = await commitLeftovers(place, request, base.sha, current?.mergeHead, fetched);
  leftOut.push(...left.leftOut);
  const head: Head | undefined =
    left.sha === undefined ? current?.head : { sha: left.sha, branch: base.branch };

  const candidates = [...branches.values(), ...(head === undefined ? [] : [head.sha])];
  const fresh = await newOnes(place, mirror, candidates, new Set([since, ...atStart]));
  const tip = await chooseTip({ branch, since, head, branches, fresh, contains: mirror.contains });
  const alsoKept = await keepRest(place, request, tip.rest);
  const { identity, committedAt: at } = request;
  const result = await putBack(place, { mirror, since, tip: tip.sha, fetched, identity, at });
  await setRef(place, mirror.path, `refs/kugetsu/incoming/${request.key}`, result.sha);
  return {
    tip: result.sha,
    commits: await newCommits(place, mirror, result.sha, since),
    committedForAgent: left.sha !== undefined && (await mirror.contains(left.sha, tip.sha)),
    foundOn: tip.foundOn,
    alsoKept,
    rewritten: !(await mirror.contains(since, tip.sha)),
    unresolved: left.unresolved,
    leftOut,
    changedFetched: {
      submodules: await changedInSubmodules(place, request, fetched),
      lfs: left.changedLfs,
      putBack: result.paths,
    },
  };
}

async function keepRest(
  place: GitPlace,
  request: TakeOverRequest,
  rest: readonly Found[],
): Promise<Taken["alsoKept"]> {
  const { mirror, ref } = request;
  // What an earlier takeover kept still lies in the agent's repository, and is no news.
  const before = new Set(
    (await kept(place, mirror)).filter((work) => work.ref === ref).map(({ sha }) => sha),
  );
  const now: { branch: string; name: string; sha: string }[] = [];
  for (const { name, sha } of rest.filter((found) => !before.has(found.sha))) {
    const saved = await keep(place, mirror, { ref, sha, at: request.at ?? new Date() });
    now.push({ branch: name ?? "HEAD", name: saved, sha });
  }
  return now;
}

/** @returns the branches that cannot be had @throws KugetsuError `failed` when HEAD or the given branch is among them */
async function takeCommits(
  place: GitPlace,
  request: TakeOverRequest,
  from: Survey,
): Promise<string[]> {
  const { mirror, branch, since, signal } = request;
  const tips = [...(from.head === undefined ? [] : [from.head.sha]), ...from.branches.values()];
  // A commit that is in the mirror came in whole, with everything it needs.
  const there = await commitsInMirror(place, mirror, tips);
  const wanted = [...new Set(tips)].filter((sha) => !there.has(sha));
  if (wanted.length === 0) return [];
  const heads = await mirror.heads();
  const known = [...(await commitsIn(place, from.repository, [since, ...heads.values()]))];
  const take = (shas: string[]) =>
    importObjects(place, { mirror, from: from.repository, wanted: shas, known, signal });
  if (await take(wanted)) return [];
  // One bad branch must not hold the others back.
  const refused = new Set(wanted.slice(MOST_SINGLE));
  for (const sha of wanted.slice(0, MOST_SINGLE)) if (!(await take([sha]))) refused.add(sha);
  if (
    [from.head?.sha, from.branches.get(branch)].some((sha) => sha !== undefined && refused.has(sha))
  ) {
    throw new KugetsuError(
      "failed",
      "The agent's commits could not be taken over: git refuses them as damaged.",
      {
        hint: "They are still in the session's private repository.",
      },
    );
  }
  return [...from.branches].filter(([, sha]) => refused.has(sha)).map(([name]) => name);
}

const MOST_SINGLE = 50;
