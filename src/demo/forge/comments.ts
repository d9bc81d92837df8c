import type { Internals } from "./internals.ts";
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
  internals.announce({ kind: "comment", action: "created", comment, by });
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
  internals.announce({ kind: "comment", action: "edited", comment, by, from });
  internals.state.changed();
}

export function deleteComment(internals: Internals, comment: Comment, by: User): void {
  const { timeline } = comment.issue;
  timeline.splice(timeline.indexOf(comment), 1);
  internals.announce({ kind: "comment", action: "deleted", comment, by });
  internals.state.changed();
}
