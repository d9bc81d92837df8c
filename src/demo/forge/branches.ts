import { compare } from "./difference.ts";
import type { Push } from "./happening.ts";
import { readCommits } from "./history.ts";
import type { Internals } from "./internals.ts";
import { setIssueState } from "./issues.ts";
import { isPull, type PullIssue } from "./json/pull.ts";
import type { Repository, User } from "./records.ts";

/** Runs acts on one repository's git one after another. */
export async function inTurn<T>(repository: Repository, act: () => Promise<T>): Promise<T> {
  const mine = repository.queue.then(act);
  repository.queue = mine.catch(() => undefined);
  return mine;
}

/**
 * Reads the branches again after somebody moved some of them, and does what a push brings about: deliveries,
 * new numbers on open pull requests, and a pull request without a head is closed.
 */
export async function takeOverBranches(
  internals: Internals,
  repository: Repository,
  pusher: User,
): Promise<void> {
  const { state } = internals;
  const before = repository.branches;
  const after = await readBranches(internals, repository);
  const moved = [...new Set([...before.keys(), ...after.keys()])].filter(
    (branch) => before.get(branch) !== after.get(branch),
  );
  if (moved.length === 0) return;
  const pushes = await pushesOf(internals, repository, before, after, moved, pusher);
  const touched = [...state.repositories.values()]
    .flatMap((one) => Array.from(one.issues.values()))
    .filter(isPull)
    .filter(
      (issue) =>
        issue.state === "open" &&
        ((issue.pull.headRepository === repository && moved.includes(issue.pull.head)) ||
          (issue.repository === repository && moved.includes(issue.pull.base))),
    );
  const differences = new Map(
    await Promise.all(
      touched.map(
        async (issue) => [issue, await differenceOf(internals, issue, repository, after)] as const,
      ),
    ),
  );

  repository.branches = after;
  repository.updatedAt = state.now();
  if (before.size === 0 && !after.has(repository.defaultBranch)) {
    repository.defaultBranch = moved[0] ?? repository.defaultBranch;
  }
  for (const push of pushes) internals.announce(push);
  for (const [issue, difference] of differences) {
    if (difference === undefined) {
      setIssueState(internals, issue, "closed", pusher);
      continue;
    }
    const { headSha } = issue.pull.difference;
    issue.pull.difference = difference;
    if (headSha !== difference.headSha) {
      issue.updatedAt = state.now();
      internals.announce({ kind: "synchronized", issue, by: pusher, before: headSha });
    }
  }
  state.changed();
}

/** Brings the head of a pull request into its repository, as `refs/pull/NUMBER/head`. */
export async function fetchHead(
  internals: Internals,
  repository: Repository,
  from: Repository,
  head: string,
  number: number,
): Promise<void> {
  await internals.git.run(repository.gitDir, [
    "fetch",
    "--quiet",
    "--no-tags",
    from.gitDir,
    `+refs/heads/${head}:refs/pull/${number}/head`,
  ]);
}

/** `branches` are those of `moved` now; the other side of a fork's pull request stands as it is. */
async function differenceOf(
  internals: Internals,
  { repository, number, pull }: PullIssue,
  moved: Repository,
  branches: ReadonlyMap<string, string>,
) {
  const now = (one: Repository) => (one === moved ? branches : one.branches);
  const base = now(repository).get(pull.base);
  const head = now(pull.headRepository).get(pull.head);
  if (base === undefined || head === undefined) return undefined;
  await fetchHead(internals, repository, pull.headRepository, pull.head, number);
  return compare(internals.git, repository.gitDir, base, head);
}

async function readBranches(
  internals: Internals,
  repository: Repository,
): Promise<Map<string, string>> {
  const output = await internals.git.run(repository.gitDir, [
    "for-each-ref",
    "--format=%(objectname) %(refname)",
    "refs/heads",
  ]);
  const lines = output.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [line.slice(41 + "refs/heads/".length), line.slice(0, 40)]));
}

async function pushesOf(
  { git }: Internals,
  repository: Repository,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  moved: readonly string[],
  by: User,
): Promise<Push[]> {
  const pushes: Push[] = [];
  for (const branch of moved) {
    const to = after.get(branch);
    const from = before.get(branch);
    const push = { kind: "push", repository, by, branch, before: from, after: to } as const;
    if (to === undefined) {
      pushes.push({ ...push, start: undefined, commits: [], head: undefined });
      continue;
    }
    const start =
      from ??
      (branch === repository.defaultBranch ? undefined : after.get(repository.defaultBranch));
    const commits = await readCommits(
      git,
      repository.gitDir,
      start === undefined ? [to] : [to, `^${start}`],
    );
    const [head] =
      commits[0]?.sha === to ? commits : await readCommits(git, repository.gitDir, [to], 1);
    pushes.push({ ...push, start, commits, head });
  }
  return pushes;
}
