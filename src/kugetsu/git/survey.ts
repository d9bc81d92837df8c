import { isBranch, isSha } from "./check.ts";
import { boxedGit } from "./boxed.ts";
import type { BoxedRepository } from "./boxed.ts";
import { isDirectory } from "./directory.ts";
import { privatePath } from "./place.ts";
import type { GitPlace } from "./place.ts";
import { agentRepository } from "./worktree.ts";
import type { Ended } from "./run.ts";
import type { AgentWorktree } from "./worktree.ts";

/** What stands in a repository that an agent can write: only well-formed names and ids of commits that are there. */
export interface Survey {
  readonly repository: BoxedRepository;
  readonly head: Head | undefined;
  readonly branches: ReadonlyMap<string, string>;
  /** The commit that is being merged, as the agent's repository says. */
  readonly mergeHead: string | undefined;
}

export interface Head {
  readonly sha: string;
  /** undefined when it is detached. */
  readonly branch: string | undefined;
}

// An agent that makes more branches than that is broken or malicious; each costs a ref in the mirror.
const MOST_BRANCHES = 10_000;

/**
 * Looks into the agent's repositories: the one the worktree belongs to now, and the private one when that is another
 * (the agent may have removed or replaced `.git`). A repository that git cannot read is left out.
 */
export async function survey(place: GitPlace, worktree: AgentWorktree): Promise<Survey[]> {
  const inWorktree = agentRepository(place, worktree);
  const repository = privatePath(place, worktree.key);
  const found: Survey[] = [];
  if (await isDirectory(worktree.path)) {
    const common = await ask(place, inWorktree, [
      "rev-parse",
      "--path-format=absolute",
      "--git-common-dir",
    ]);
    if (common !== undefined) found.push(await look(place, inWorktree));
    if (common === repository) return found;
  }
  if (await isDirectory(repository)) {
    const inPrivate = {
      ...inWorktree,
      cwd: repository,
      env: { ...worktree.env, GIT_DIR: repository },
    };
    // Its HEAD is that of the clone and says nothing about the agent.
    found.push({ ...(await look(place, inPrivate)), head: undefined });
  }
  return found;
}

async function look(place: GitPlace, repository: BoxedRepository): Promise<Survey> {
  const head = await ask(place, repository, ["rev-parse", "-q", "--verify", "HEAD^{commit}"]);
  const branch = await ask(place, repository, ["symbolic-ref", "-q", "HEAD"]);
  const mergeHead = await ask(place, repository, ["rev-parse", "-q", "--verify", "MERGE_HEAD"]);
  const refs = await ask(place, repository, [
    "for-each-ref",
    "--format=%(objectname) %(refname)",
    "refs/heads",
  ]);
  const branches = new Map<string, string>();
  for (const line of (refs ?? "").split("\n").slice(0, MOST_BRANCHES)) {
    const [sha = "", name = ""] = line.split(" ");
    const short = name.slice("refs/heads/".length);
    if (isSha(sha) && name.startsWith("refs/heads/") && isTakable(short)) branches.set(short, sha);
  }
  const there = await commitsIn(place, repository, [
    ...branches.values(),
    ...(head === undefined ? [] : [head]),
  ]);
  for (const [name, sha] of branches) if (!there.has(sha)) branches.delete(name);
  return {
    repository,
    branches,
    mergeHead: mergeHead !== undefined && isSha(mergeHead) ? mergeHead : undefined,
    head:
      head !== undefined && there.has(head)
        ? {
            sha: head,
            branch:
              branch?.startsWith("refs/heads/") === true
                ? branch.slice("refs/heads/".length)
                : undefined,
          }
        : undefined,
  };
}

// A leading dash can be written into a ref by plumbing; the commits are taken over all the same, as `refs/heads/-…`
// can start no option.
function isTakable(name: string): boolean {
  return isBranch(name.replace(/^-+/, "")) || /^-+$/.test(name);
}

/** Which of the ids are commits there. Garbage and missing objects are simply not among them. */
export async function commitsIn(
  place: GitPlace,
  repository: BoxedRepository,
  ids: readonly string[],
): Promise<Set<string>> {
  const input = `${[...new Set(ids)].filter(isSha).join("\n")}\n`;
  return readCommits(
    await boxedGit(place, repository, ["cat-file", "--batch-check=%(objectname) %(objecttype)"], {
      input,
    }),
  );
}

/** The ids of commits in the answer of `cat-file --batch-check=%(objectname) %(objecttype)`. */
export function readCommits(ended: Ended): Set<string> {
  const lines = ended.stdout.toString().split("\n");
  return new Set(
    lines
      .filter((line) => line.endsWith(" commit"))
      .map((line) => line.slice(0, -" commit".length)),
  );
}

async function ask(
  place: GitPlace,
  repository: BoxedRepository,
  args: string[],
): Promise<string | undefined> {
  const ended = await boxedGit(place, repository, args);
  return ended.code === 0 ? ended.stdout.toString().trim() : undefined;
}
