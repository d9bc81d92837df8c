import { timestamp } from "../../clock.ts";
import type { PullIssue } from "../../json/pull.ts";
import type { Review, ReviewComment } from "../../records.ts";
import type { ForgeState } from "../../state.ts";
import type { Schemas } from "../schemas.ts";
import { associationOf } from "./association.ts";
import { issuePage } from "./issue.ts";
import { nodeId } from "./node-id.ts";
import { pullUrl } from "./pull.ts";
import { rollupJson } from "./reaction.ts";
import { repositoryUrl } from "./repository.ts";
import { userJson } from "./user.ts";

/** In answers the state is in capitals, in deliveries in small letters. */
export function reviewJson(state: ForgeState, issue: PullIssue, review: Review) {
  const page = `${issuePage(state, issue)}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId("PRR", review.id),
    user: userJson(state, review.user),
    body: review.body,
    state: review.state.toUpperCase(),
    html_url: page,
    pull_request_url: pullUrl(state, issue),
    author_association: associationOf(review.user, issue.repository),
    _links: { html: { href: page }, pull_request: { href: pullUrl(state, issue) } },
    submitted_at: timestamp(review.createdAt),
    commit_id: review.sha,
  } satisfies Schemas["pull-request-review"];
}

export function reviewCommentUrl(state: ForgeState, comment: ReviewComment): string {
  return `${repositoryUrl(state, comment.review.issue.repository)}/pulls/comments/${comment.id}`;
}

export function reviewCommentJson(state: ForgeState, issue: PullIssue, comment: ReviewComment) {
  const url = reviewCommentUrl(state, comment);
  const page = `${issuePage(state, issue)}#discussion_r${comment.id}`;
  const { review, replyTo } = comment;
  const position = comment.hunk.split("\n").length - 1;
  return {
    url,
    pull_request_review_id: review.id,
    id: comment.id,
    node_id: nodeId("PRRC", comment.id),
    diff_hunk: comment.hunk,
    path: comment.path,
    position,
    original_position: position,
    commit_id: review.sha,
    original_commit_id: review.sha,
    user: userJson(state, comment.user),
    body: comment.body,
    created_at: timestamp(comment.createdAt),
    updated_at: timestamp(comment.updatedAt),
    html_url: page,
    pull_request_url: pullUrl(state, issue),
    author_association: associationOf(comment.user, issue.repository),
    _links: {
      self: { href: url },
      html: { href: page },
      pull_request: { href: pullUrl(state, issue) },
    },
    start_line: null,
    original_start_line: null,
    start_side: null,
    line: comment.line,
    original_line: comment.line,
    side: "RIGHT",
    subject_type: "line",
    reactions: rollupJson(url, comment.reactions),
    ...(replyTo !== undefined && { in_reply_to_id: replyTo.id }),
  } as const satisfies Schemas["pull-request-review-comment"];
}
