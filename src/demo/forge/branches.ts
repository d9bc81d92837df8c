import { compare } from "./difference.ts";
import { fire } from "./events.ts";
import { readCommits } from "./history.ts";
import type { Internals } from "./internals.ts";
import { commitJson } from "./json/commit.ts";
import { repositoryJson } from "./json/repository.ts";
import { userJson } from "./json/user.ts";
import { isPull, type PullIssue } from "./json/pull.ts";
import { setPullState, tellPull } from "./pull-state.ts";
import type { Repository, User } from "./records.ts";
import { fullName } from "./state.ts";

const NOTHING = "0".repeat(40);

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
  const pushes = await pushPayloads(internals, repository, before, after, moved, pusher);
  const pulls = [...repository.issues.values()]
    .filter(isPull)
    .filter((issue) => issue.state === "open");
  const touched = pulls.filter(
    ({ pull }) => moved.includes(pull.head) || moved.includes(pull.base),
  );
  const differences = new Map(
    await Promise.all(
      touched.map(async (issue) => [issue, await differenceOf(internals, issue, after)] as const),
    ),
  );

  repository.branches = after;
  repository.updatedAt = state.now();
  if (before.size === 0 && !after.has(repository.defaultBranch)) {
    repository.defaultBranch = moved[0] ?? repository.defaultBranch;
  }
  for (const payload of pushes) fire(internals, repository, "push", payload());
  for (const [issue, difference] of differences) {
    if (difference === undefined) {
      setPullState(internals, issue, "closed", pusher);
      continue;
    }
    issue.pull.difference = difference;
    if (moved.includes(issue.pull.head)) {
      issue.updatedAt = state.now();
      tellPull(internals, issue, "pull_request_sync", "synchronized", pusher);
    }
  }
  state.changed();
}

async function differenceOf(
  internals: Internals,
  { repository, pull }: PullIssue,
  branches: ReadonlyMap<string, string>,
) {
  const base = branches.get(pull.base);
  const head = branches.get(pull.head);
  if (base === undefined || head === undefined) return undefined;
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

async function pushPayloads(
  internals: Internals,
  repository: Repository,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  moved: readonly string[],
  pusher: User,
) {
  const { state, git } = internals;
  const payloads = [];
  for (const branch of moved) {
    const to = after.get(branch);
    if (to === undefined) continue;
    const from = before.get(branch);
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
    const json = commits.map((commit) => commitJson(state, repository, commit, "with paths"));
    const compared = commits.length === 0 ? repository.defaultBranch : (start ?? NOTHING);
    payloads.push(() => ({
      ref: `refs/heads/${branch}`,
      before: from ?? NOTHING,
      after: to,
      compare_url: `${state.url}/${fullName(repository)}/compare/${compared}...${to}`,
      commits: json,
      total_commits: commits.length,
      head_commit: head === undefined ? null : commitJson(state, repository, head, "with paths"),
      repository: repositoryJson(state, repository, pusher),
      pusher: userJson(state, pusher, undefined),
      sender: userJson(state, pusher, undefined),
    }));
  }
  return payloads;
}
