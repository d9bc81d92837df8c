import { fire } from "./events.ts";
import type { Internals } from "./internals.ts";
import { commentJson, issueJson } from "./json/issue.ts";
import { isPull, pullJson } from "./json/pull.ts";
import { repositoryJson } from "./json/repository.ts";
import { userJson } from "./json/user.ts";
import type { Comment, Issue, User } from "./records.ts";

export function createComment(internals: Internals, issue: Issue, by: User, body: string): Comment {
  const { state } = internals;
  const comment: Comment = {
    kind: "comment",
    id: state.nextId("entry"),
    issue,
    user: by,
    body,
    edits: [],
    reactions: [],
    createdAt: state.now(),
    updatedAt: state.now(),
  };
  issue.timeline.push(comment);
  issue.updatedAt = state.now();
  tellComment(internals, comment, "created", by);
  state.changed();
  return comment;
}

/** As on Gitea the issue's own time stays, and the same words again are no edit. */
export function editComment(internals: Internals, comment: Comment, by: User, body: string): void {
  if (body === comment.body) return;
  const from = comment.body;
  comment.edits.push(from);
  comment.body = body;
  comment.updatedAt = internals.state.now();
  tellComment(internals, comment, "edited", by, from);
  internals.state.changed();
}

export function deleteComment(internals: Internals, comment: Comment, by: User): void {
  const { timeline } = comment.issue;
  timeline.splice(timeline.indexOf(comment), 1);
  tellComment(internals, comment, "deleted", by);
  internals.state.changed();
}

function tellComment(
  internals: Internals,
  comment: Comment,
  action: string,
  by: User,
  from?: string,
): void {
  const { state } = internals;
  const { issue } = comment;
  const pull = isPull(issue);
  fire(internals, issue.repository, pull ? "pull_request_comment" : "issue_comment", {
    action,
    issue: issueJson(state, issue, by),
    ...(pull && { pull_request: pullJson(state, issue, by) }),
    comment: commentJson(state, comment, by),
    ...(from !== undefined && {
      changes: { body: { from }, added_labels: null, removed_labels: null },
    }),
    repository: repositoryJson(state, issue.repository, by),
    sender: userJson(state, by, undefined),
    is_pull: pull,
  });
}
