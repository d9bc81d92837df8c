import { timestamp, timestampOrNull } from "../../clock.ts";
import type { PullIssue } from "../../json/pull.ts";
import type { Repository } from "../../records.ts";
import { reviewCommentsOf } from "../../reviews.ts";
import { commentsOf, type ForgeState } from "../../state.ts";
import type { Schemas } from "../schemas.ts";
import { associationOf } from "./association.ts";
import { issuePage, issueUrl, labelJson } from "./issue.ts";
import { nodeId } from "./node-id.ts";
import { repositoryJson, repositoryUrl } from "./repository.ts";
import { userJson } from "./user.ts";

export function pullUrl(state: ForgeState, issue: PullIssue): string {
  return `${repositoryUrl(state, issue.repository)}/pulls/${issue.number}`;
}

/** As a list shows it. */
export function simplePullJson(state: ForgeState, issue: PullIssue) {
  const { pull, repository } = issue;
  const { difference } = pull;
  const url = pullUrl(state, issue);
  const page = issuePage(state, issue);
  const api = repositoryUrl(state, repository);
  const statuses = `${api}/statuses/${difference.headSha}`;
  const [assignee] = issue.assignees;
  return {
    url,
    id: pull.id,
    node_id: nodeId("PR", issue.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issueUrl(state, issue),
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${issueUrl(state, issue)}/comments`,
    statuses_url: statuses,
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: userJson(state, issue.user),
    body: issue.body === "" ? null : issue.body,
    labels: issue.labels.map((label) => labelJson(state, repository, label)),
    milestone: null,
    active_lock_reason: null,
    created_at: timestamp(issue.createdAt),
    updated_at: timestamp(issue.updatedAt),
    closed_at: timestampOrNull(issue.closedAt),
    merged_at: timestampOrNull(pull.merged?.at),
    merge_commit_sha: pull.merged?.sha ?? null,
    assignee: assignee === undefined ? null : userJson(state, assignee),
    assignees: issue.assignees.map((user) => userJson(state, user)),
    requested_reviewers: pull.reviewRequests.map(({ reviewer }) => userJson(state, reviewer)),
    requested_teams: [],
    head: sideJson(state, pull.headRepository, pull.head, difference.headSha),
    base: sideJson(state, repository, pull.base, difference.baseSha),
    _links: {
      self: link(url),
      html: link(page),
      issue: link(issueUrl(state, issue)),
      comments: link(`${issueUrl(state, issue)}/comments`),
      review_comments: link(`${url}/comments`),
      review_comment: link(`${api}/pulls/comments{/number}`),
      commits: link(`${url}/commits`),
      statuses: link(statuses),
    },
    author_association: associationOf(issue.user, repository),
    auto_merge: null,
    draft: pull.draft,
  } satisfies Schemas["pull-request-simple"];
}

export function pullJson(state: ForgeState, issue: PullIssue) {
  const { merged, difference } = issue.pull;
  const isOpen = issue.state === "open";
  return {
    ...simplePullJson(state, issue),
    merged: merged !== undefined,
    mergeable: isOpen ? difference.mergeable : null,
    rebaseable: isOpen ? difference.mergeable : null,
    mergeable_state: isOpen ? (difference.mergeable ? "clean" : "dirty") : "unknown",
    merged_by: merged === undefined ? null : userJson(state, merged.by),
    comments: commentsOf(issue).length,
    review_comments: reviewCommentsOf(issue).length,
    maintainer_can_modify: false,
    commits: difference.commits,
    additions: difference.additions,
    deletions: difference.deletions,
    changed_files: difference.files.length,
  } satisfies Schemas["pull-request"];
}

function link(href: string) {
  return { href };
}

function sideJson(state: ForgeState, repository: Repository, branch: string, sha: string) {
  return {
    label: `${repository.owner.login}:${branch}`,
    ref: branch,
    sha,
    user: userJson(state, repository.owner),
    repo: repositoryJson(state, repository),
  };
}
