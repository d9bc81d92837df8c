import { timestamp, timestampOrNull } from "../../clock.ts";
import type { Comment, Issue, Label, Repository } from "../../records.ts";
import { commentsOf, type ForgeState } from "../../state.ts";
import type { Schemas } from "../schemas.ts";
import { viaApp } from "./app.ts";
import { associationOf } from "./association.ts";
import { nodeId } from "./node-id.ts";
import { rollupJson } from "./reaction.ts";
import { repositoryPage, repositoryUrl } from "./repository.ts";
import { userJson } from "./user.ts";

export function issueUrl(state: ForgeState, issue: Issue): string {
  return `${repositoryUrl(state, issue.repository)}/issues/${issue.number}`;
}

/** The page of an issue or pull request. */
export function issuePage(state: ForgeState, issue: Issue): string {
  const kind = issue.pull === undefined ? "issues" : "pull";
  return `${repositoryPage(state, issue.repository)}/${kind}/${issue.number}`;
}

export function labelJson(state: ForgeState, repository: Repository, label: Label) {
  return {
    id: label.id,
    node_id: nodeId("LA", label.id),
    url: `${repositoryUrl(state, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    description: label.description,
    color: label.color,
    default: false,
  } satisfies Schemas["label"];
}

/** Of a pull request too: to GitHub each is also an issue. */
export function issueJson(state: ForgeState, issue: Issue) {
  const url = issueUrl(state, issue);
  const { pull } = issue;
  const [assignee] = issue.assignees;
  const pullUrl = `${repositoryUrl(state, issue.repository)}/pulls/${issue.number}`;
  const page = issuePage(state, issue);
  return {
    id: issue.id,
    node_id: nodeId(pull === undefined ? "I" : "PR", issue.id),
    url,
    repository_url: repositoryUrl(state, issue.repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: page,
    number: issue.number,
    state: issue.state,
    state_reason: reasonOf(issue),
    title: issue.title,
    body: issue.body === "" ? null : issue.body,
    user: userJson(state, issue.user),
    labels: issue.labels.map((label) => labelJson(state, issue.repository, label)),
    assignee: assignee === undefined ? null : userJson(state, assignee),
    assignees: issue.assignees.map((user) => userJson(state, user)),
    milestone: null,
    locked: issue.locked,
    active_lock_reason: null,
    comments: commentsOf(issue).length,
    created_at: timestamp(issue.createdAt),
    updated_at: timestamp(issue.updatedAt),
    closed_at: timestampOrNull(issue.closedAt),
    author_association: associationOf(issue.user, issue.repository),
    reactions: rollupJson(url, issue.reactions),
    performed_via_github_app: viaApp(state, issue.user),
    ...(pull !== undefined && {
      draft: pull.draft,
      pull_request: {
        url: pullUrl,
        html_url: page,
        diff_url: `${page}.diff`,
        patch_url: `${page}.patch`,
        merged_at: timestampOrNull(pull.merged?.at),
      },
    }),
  } satisfies Schemas["issue"];
}

/** `GET` of one issue also tells who closed it. */
export function singleIssueJson(state: ForgeState, issue: Issue) {
  const closing = issue.timeline.findLast(
    (entry) => entry.kind === "event" && (entry.type === "close" || entry.type === "merge_pull"),
  );
  const isClosed = issue.state === "closed" && closing !== undefined;
  return {
    ...issueJson(state, issue),
    closed_by: isClosed ? userJson(state, closing.user) : null,
  } satisfies Schemas["issue"];
}

export function commentJson(state: ForgeState, comment: Comment) {
  const { repository } = comment.issue;
  const url = `${repositoryUrl(state, repository)}/issues/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId("IC", comment.id),
    url,
    html_url: `${issuePage(state, comment.issue)}#issuecomment-${comment.id}`,
    issue_url: issueUrl(state, comment.issue),
    user: userJson(state, comment.user),
    body: comment.body,
    created_at: timestamp(comment.createdAt),
    updated_at: timestamp(comment.updatedAt),
    author_association: associationOf(comment.user, repository),
    reactions: rollupJson(url, comment.reactions),
    performed_via_github_app: viaApp(state, comment.user),
  } satisfies Schemas["issue-comment"];
}

function reasonOf(issue: Issue): "completed" | "reopened" | null {
  if (issue.pull !== undefined) return null;
  if (issue.state === "closed") return "completed";
  return issue.timeline.some((entry) => entry.kind === "event" && entry.type === "reopen")
    ? "reopened"
    : null;
}
