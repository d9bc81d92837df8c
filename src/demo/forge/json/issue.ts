import { timestamp, timestampOrNull } from "../clock.ts";
import type { Comment, Issue, Label, ReactionRecord, TimelineEntry, User } from "../records.ts";
import { commentsOf, fullName, type ForgeState } from "../state.ts";
import type { Json } from "./go.ts";
import { userJson } from "./user.ts";

export function issueJson(state: ForgeState, issue: Issue, viewer: User | undefined): Json {
  const name = fullName(issue.repository);
  const assignees = issue.assignees.map((user) => userJson(state, user, viewer));
  return {
    id: issue.id,
    url: `${state.url}/api/v1/repos/${name}/issues/${issue.number}`,
    html_url: issueUrl(state, issue),
    number: issue.number,
    user: userJson(state, issue.user, viewer),
    original_author: "",
    original_author_id: 0,
    title: issue.title,
    body: issue.body,
    ref: "",
    assets: assetsJson(state, { issue, comment: undefined }),
    labels: issue.labels.map((label) => labelJson(state, issue, label)),
    milestone: null,
    assignee: assignees[0] ?? null,
    assignees: assignees.length === 0 ? null : assignees,
    state: issue.state,
    is_locked: issue.locked,
    comments: commentsOf(issue).length,
    created_at: timestamp(issue.createdAt),
    updated_at: timestamp(issue.updatedAt),
    closed_at: timestampOrNull(issue.closedAt),
    due_date: null,
    time_estimate: 0,
    pull_request: pullPart(state, issue),
    repository: {
      id: issue.repository.id,
      name: issue.repository.name,
      owner: issue.repository.owner.login,
      full_name: name,
    },
    pin_order: 0,
  };
}

/** The page of an issue or pull request. */
export function issueUrl(state: ForgeState, issue: Issue): string {
  const kind = issue.pull === undefined ? "issues" : "pulls";
  return `${state.url}/${fullName(issue.repository)}/${kind}/${issue.number}`;
}

export function labelJson(state: ForgeState, issue: Pick<Issue, "repository">, label: Label): Json {
  return {
    id: label.id,
    name: label.name,
    exclusive: false,
    is_archived: false,
    color: label.color,
    description: label.description,
    url: `${state.url}/api/v1/repos/${fullName(issue.repository)}/labels/${label.id}`,
  };
}

/** Of a comment in the thread, or of one on a line, which Gitea tells in the same words. */
export function commentJson(
  state: ForgeState,
  comment: Omit<Comment, "kind" | "edits" | "reactions">,
  viewer: User | undefined,
): Json {
  return {
    id: comment.id,
    ...addresses(state, comment),
    user: userJson(state, comment.user, viewer),
    original_author: "",
    original_author_id: 0,
    body: comment.body,
    assets: assetsJson(state, { issue: comment.issue, comment }),
    created_at: timestamp(comment.createdAt),
    updated_at: timestamp(comment.updatedAt),
  };
}

function assetsJson(
  state: ForgeState,
  { issue, comment }: { readonly issue: Issue; readonly comment: unknown },
): Json[] {
  return [...state.attachments.values()]
    .filter((one) => one.issue === issue && one.comment === comment)
    .map((one) => ({
      id: one.id,
      name: one.name,
      size: one.bytes.length,
      download_count: 0,
      created_at: timestamp(one.createdAt),
      uuid: one.uuid,
      browser_download_url: `${state.url}/attachments/${one.uuid}`,
    }));
}

export function reactionJson(
  state: ForgeState,
  reaction: ReactionRecord,
  viewer: User | undefined,
): Json {
  return {
    user: userJson(state, reaction.user, viewer),
    content: reaction.content,
    created_at: timestamp(reaction.at),
  };
}

export function timelineJson(
  state: ForgeState,
  entry: TimelineEntry,
  viewer: User | undefined,
): Json {
  const detail = entry.kind === "event" ? entry.detail : {};
  return {
    id: entry.id,
    type: entry.kind === "event" ? entry.type : "comment",
    ...addresses(state, entry),
    user: userJson(state, entry.user, viewer),
    body: entry.body,
    created_at: timestamp(entry.createdAt),
    updated_at: timestamp(entry.kind === "event" ? entry.createdAt : entry.updatedAt),
    old_project_id: 0,
    project_id: 0,
    old_milestone: null,
    milestone: null,
    tracked_time: null,
    old_title: detail.oldTitle ?? "",
    new_title: detail.newTitle ?? "",
    old_ref: "",
    new_ref: "",
    ref_issue: null,
    ref_comment: null,
    ref_action: "none",
    ref_commit_sha: "",
    review_id: 0,
    label: detail.label === undefined ? null : labelJson(state, entry.issue, detail.label),
    assignee: detail.assignee === undefined ? null : userJson(state, detail.assignee, viewer),
    assignee_team: null,
    removed_assignee: detail.removedAssignee ?? false,
    resolve_doer: null,
    dependent_issue: null,
  };
}

function addresses(state: ForgeState, entry: Pick<TimelineEntry, "id" | "issue">): Json {
  const page = issueUrl(state, entry.issue);
  const isPull = entry.issue.pull !== undefined;
  return {
    html_url: `${page}#issuecomment-${entry.id}`,
    pull_request_url: isPull ? page : "",
    issue_url: isPull ? "" : page,
  };
}

function pullPart(state: ForgeState, issue: Issue): Json | null {
  if (issue.pull === undefined) return null;
  return {
    merged: issue.pull.merged !== undefined,
    merged_at: timestampOrNull(issue.pull.merged?.at),
    draft: issue.pull.draft,
    html_url: issueUrl(state, issue),
  };
}
