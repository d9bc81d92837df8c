import { timestamp, timestampOrNull } from "../clock.ts";
import type { Issue, Pull, Repository, ReviewRequest, User } from "../records.ts";
import { commentsOf, fullName, type ForgeState } from "../state.ts";
import type { Json } from "./go.ts";
import { issueUrl, labelJson } from "./issue.ts";
import { repositoryJson } from "./repository.ts";
import { userJson } from "./user.ts";

/** An issue that is known to be a pull request. */
export type PullIssue = Issue & { readonly pull: Pull };

export function isPull(issue: Issue | undefined): issue is PullIssue {
  return issue?.pull !== undefined;
}

/** A list leaves out the numbers of changed lines and files, and has null for what is empty, as captured. */
export function pullJson(
  state: ForgeState,
  issue: PullIssue,
  viewer: User | undefined,
  form: "single" | "list" = "single",
): Json {
  const { pull } = issue;
  const page = issueUrl(state, issue);
  const none = form === "list" ? null : [];
  const people = (users: readonly User[]) =>
    users.length === 0 ? none : users.map((user) => userJson(state, user, viewer));
  const merged = pull.merged;
  return {
    id: pull.id,
    url: page,
    number: issue.number,
    user: userJson(state, issue.user, viewer),
    title: issue.title,
    body: issue.body,
    labels: issue.labels.map((label) => labelJson(state, issue, label)),
    milestone: null,
    assignee: issue.assignees[0] === undefined ? null : userJson(state, issue.assignees[0], viewer),
    assignees: people(issue.assignees),
    requested_reviewers: people(reviewersOf(pull)),
    requested_reviewers_teams: none,
    state: issue.state,
    draft: pull.draft,
    is_locked: issue.locked,
    comments: commentsOf(issue).length,
    ...(pull.reviews.length > 0 && { review_comments: pull.reviews.length }),
    ...(form === "single" && {
      additions: pull.difference.additions,
      deletions: pull.difference.deletions,
      changed_files: pull.difference.files.length,
    }),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    mergeable: pull.difference.mergeable,
    merged: merged !== undefined,
    merged_at: timestampOrNull(merged?.at),
    merge_commit_sha: merged?.sha ?? null,
    merged_by: merged === undefined ? null : userJson(state, merged.by, viewer),
    allow_maintainer_edit: false,
    base: sideJson(state, issue.repository, pull.base, pull.difference.baseSha, viewer),
    head: sideJson(state, pull.headRepository, pull.head, pull.difference.headSha, viewer),
    merge_base: pull.difference.mergeBase,
    due_date: null,
    created_at: timestamp(issue.createdAt),
    updated_at: timestamp(issue.updatedAt),
    closed_at: timestampOrNull(issue.closedAt),
    pin_order: 0,
  };
}

/** As Gitea tells them: whoever was asked and whoever has reviewed, by when that was. */
function reviewersOf({ reviewRequests, reviews }: Pull): readonly User[] {
  const latest = new Map<User, { at: number; id: number }>();
  for (const { user, updatedAt: at, id } of reviews) latest.set(user, { at, id });
  for (const { reviewer, at, id } of reviewRequests) latest.set(reviewer, { at, id });
  return [...latest]
    .toSorted(([, a], [, b]) => a.at - b.at || a.id - b.id)
    .map(([person]) => person);
}

export function reviewRequestJson(
  state: ForgeState,
  issue: PullIssue,
  request: ReviewRequest,
  viewer: User | undefined,
): Json {
  const page = issueUrl(state, issue);
  return {
    id: request.id,
    user: userJson(state, request.reviewer, viewer),
    team: null,
    state: "REQUEST_REVIEW",
    body: "",
    commit_id: "",
    stale: false,
    official: false,
    dismissed: false,
    comments_count: 0,
    submitted_at: timestamp(request.at),
    updated_at: timestamp(request.at),
    html_url: "",
    pull_request_url: page,
  };
}

export function changedFilesJson(state: ForgeState, issue: PullIssue): Json[] {
  const name = fullName(issue.repository);
  const { files, headSha } = issue.pull.difference;
  return files.map((file) => ({
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    html_url: `${state.url}/${name}/src/commit/${headSha}/${file.path}`,
    contents_url: `${state.url}/api/v1/repos/${name}/contents/${file.path}?ref=${headSha}`,
    raw_url: `${state.url}/${name}/raw/commit/${headSha}/${file.path}`,
  }));
}

function sideJson(
  state: ForgeState,
  repository: Repository,
  branch: string,
  sha: string,
  viewer: User | undefined,
): Json {
  return {
    label: branch,
    ref: branch,
    sha,
    repo_id: repository.id,
    repo: repositoryJson(state, repository, viewer),
  };
}
