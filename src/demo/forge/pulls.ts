import { fetchHead, inTurn, takeOverBranches } from "./branches.ts";
import { writeMerge } from "./commits.ts";
import { compare } from "./difference.ts";
import type { Internals } from "./internals.ts";
import { addIssue, setIssueState } from "./issues.ts";
import { isPull, type PullIssue } from "./json/pull.ts";
import { note } from "./timeline.ts";
import type { Pull, Repository, ReviewRequest, User } from "./records.ts";
import { found } from "./state.ts";

export interface NewPull {
  readonly by: User;
  readonly title: string;
  readonly body: string;
  readonly head: string;
  /** Where the head lies; the repository itself when left out. */
  readonly from?: Repository;
  readonly base: string;
}

/** Both branches are known to be there. */
export async function createPull(
  internals: Internals,
  repository: Repository,
  draft: NewPull,
): Promise<PullIssue> {
  const { state, git } = internals;
  return inTurn(repository, async () => {
    const base = found(repository.branches.get(draft.base), `branch ${draft.base}`);
    const from = draft.from ?? repository;
    const head = found(from.branches.get(draft.head), `branch ${draft.head}`);
    await fetchHead(internals, repository, from, draft.head, repository.lastNumber + 1);
    const pull: Pull = {
      id: state.nextId("pull"),
      head: draft.head,
      headRepository: from,
      base: draft.base,
      draft: draft.title.startsWith("WIP:") || draft.title.startsWith("[WIP]"),
      reviewRequests: [],
      reviews: [],
      merged: undefined,
      difference: await compare(git, repository.gitDir, base, head),
    };
    const issue = addIssue(internals, repository, draft, pull);
    internals.announce({ kind: "opened", issue, by: draft.by });
    state.changed();
    return issue;
  });
}

/** What `branch` or `owner:branch` stands for: the fork of that owner, or the repository itself. */
export function headOf(
  { state }: Pick<Internals, "state">,
  repository: Repository,
  head: string,
): { from: Repository; branch: string } | undefined {
  const [owner, branch] = head.includes(":")
    ? [head.slice(0, head.indexOf(":")), head.slice(head.indexOf(":") + 1)]
    : [repository.owner.login, head];
  const isOwners = (one: Repository) => one.owner.login.toLowerCase() === owner.toLowerCase();
  if (isOwners(repository)) return { from: repository, branch };
  const from = [...state.repositories.values()].find(
    (one) => one.parent === repository && isOwners(one),
  );
  return from === undefined ? undefined : { from, branch };
}

export function pullsOf(repository: Repository): PullIssue[] {
  return [...repository.issues.values()].filter(isPull);
}

/** The open pull request between two branches, or undefined. */
export function openPull(
  repository: Repository,
  base: string,
  head: string,
  from: Repository = repository,
): PullIssue | undefined {
  return pullsOf(repository).find(
    ({ state, pull }) =>
      state === "open" && pull.base === base && pull.head === head && pull.headRepository === from,
  );
}

/** A merge commit in the bare repository; tells of the pull request, then of each issue it closes, then of the push. */
export async function mergePull(
  internals: Internals,
  issue: PullIssue,
  by: User,
): Promise<{ sha: string }> {
  const { state, git } = internals;
  const { repository, pull } = issue;
  return inTurn(repository, async () => {
    const message = `Merge pull request '${issue.title}' (#${issue.number}) from ${pull.head} into ${pull.base}`;
    const { base } = pull;
    const head = pull.difference.headSha;
    const sha = await writeMerge(git, repository.gitDir, {
      base,
      head,
      message,
      by,
      at: state.now(),
    });
    pull.merged = { at: state.now(), by, sha };
    pull.difference = { ...pull.difference, baseSha: sha };
    issue.state = "closed";
    issue.closedAt = state.now();
    issue.updatedAt = state.now();
    note(state, issue, "merge_pull", by);
    internals.announce({ kind: "closed", issue, by, commitId: "" });
    for (const number of fixedBy(`${issue.title}\n${issue.body}`)) {
      const fixed = repository.issues.get(number);
      if (fixed !== undefined && !isPull(fixed)) setIssueState(internals, fixed, "closed", by, sha);
    }
    await takeOverBranches(internals, repository, by);
    state.changed();
    return { sha };
  });
}

/** Undefined when that person has been asked already: nobody is told again. */
export function requestReview(
  internals: Internals,
  issue: PullIssue,
  reviewer: User,
  by: User,
): ReviewRequest | undefined {
  const { state } = internals;
  const requests = issue.pull.reviewRequests;
  if (requests.some((request) => request.reviewer === reviewer)) return undefined;
  const request = { id: state.nextId("review"), reviewer, at: state.now() };
  requests.push(request);
  issue.updatedAt = state.now();
  note(state, issue, "review_request", by, { detail: { assignee: reviewer } });
  internals.announce({ kind: "review_requested", issue, by, reviewer });
  state.changed();
  return request;
}

const CLOSING = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)/gi;

function fixedBy(text: string): number[] {
  return [...text.matchAll(CLOSING)].map((match) => Number(match[1]));
}
