import { rightsOf } from "../access.ts";
import { timestamp } from "../clock.ts";
import type { Review, ReviewComment, User } from "../records.ts";
import type { ForgeState } from "../state.ts";
import type { Json } from "./go.ts";
import { issueUrl } from "./issue.ts";
import { userJson } from "./user.ts";

const STATES = {
  approved: "APPROVED",
  changes_requested: "REQUEST_CHANGES",
  commented: "COMMENT",
} as const;

export function reviewJson(state: ForgeState, review: Review, viewer: User | undefined): Json {
  const page = issueUrl(state, review.issue);
  const mayPush = rightsOf(review.user, review.issue.repository).units.code >= 2;
  return {
    id: review.id,
    user: userJson(state, review.user, viewer),
    team: null,
    state: STATES[review.state],
    body: review.body,
    commit_id: review.sha,
    stale: false,
    official: mayPush && review.state !== "commented",
    dismissed: false,
    comments_count: review.comments.length,
    submitted_at: timestamp(review.createdAt),
    updated_at: timestamp(review.updatedAt),
    html_url: `${page}#issuecomment-${review.id}`,
    pull_request_url: page,
  };
}

export function reviewCommentJson(
  state: ForgeState,
  comment: ReviewComment,
  viewer: User | undefined,
): Json {
  const page = issueUrl(state, comment.review.issue);
  return {
    id: comment.id,
    body: comment.body,
    user: userJson(state, comment.user, viewer),
    resolver: null,
    pull_request_review_id: comment.review.id,
    created_at: timestamp(comment.createdAt),
    updated_at: timestamp(comment.updatedAt),
    path: comment.path,
    commit_id: comment.review.sha,
    original_commit_id: "",
    diff_hunk: comment.hunk,
    position: comment.line,
    original_position: 0,
    html_url: `${page}#issuecomment-${comment.id}`,
    pull_request_url: page,
  };
}
