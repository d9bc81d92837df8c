import type { Sender } from "../events.ts";
import type { ReviewHappening } from "../happening.ts";
import type { PullIssue } from "../json/pull.ts";
import type { Review } from "../records.ts";
import { about, fire } from "./fire.ts";
import { simplePullJson } from "./json/pull.ts";
import { reviewCommentJson, reviewJson } from "./json/review.ts";
import { timestamp } from "../clock.ts";
import type { ForgeState } from "../state.ts";
import type { Schemas } from "./schemas.ts";

/** `pull_request_review` and `pull_request_review_comment` deliveries. */
export function tellReview(sender: Sender, happening: ReviewHappening): void {
  const { state } = sender;
  const { issue, by } = happening;
  const { repository } = issue;
  const told = {
    pull_request: simplePullJson(state, issue),
    ...about(state, repository, by),
  };
  switch (happening.kind) {
    case "reviewed":
      fire(sender, repository, "pull_request_review", {
        action: "submitted",
        review: toldReviewJson(state, issue, happening.review),
        ...told,
      } satisfies Schemas["webhook-pull-request-review-submitted"]);
      break;
    case "review_edited":
      fire(sender, repository, "pull_request_review", {
        action: "edited",
        changes: { body: { from: happening.from } },
        review: toldReviewJson(state, issue, happening.review),
        ...told,
      } satisfies Schemas["webhook-pull-request-review-edited"]);
      break;
    case "review_comment":
      fire(sender, repository, "pull_request_review_comment", {
        action: "created",
        comment: reviewCommentJson(state, issue, happening.comment),
        ...told,
      } satisfies Schemas["webhook-pull-request-review-comment-created"]);
      break;
    case "review_comment_edited":
      fire(sender, repository, "pull_request_review_comment", {
        action: "edited",
        changes: { body: { from: happening.from } },
        comment: reviewCommentJson(state, issue, happening.comment),
        ...told,
      } satisfies Schemas["webhook-pull-request-review-comment-edited"]);
      break;
    case "review_comment_deleted":
      fire(sender, repository, "pull_request_review_comment", {
        action: "deleted",
        comment: reviewCommentJson(state, issue, happening.comment),
        ...told,
      } satisfies Schemas["webhook-pull-request-review-comment-deleted"]);
      break;
  }
}

function toldReviewJson(state: ForgeState, issue: PullIssue, review: Review) {
  return {
    ...reviewJson(state, issue, review),
    state: review.state,
    body: review.body === "" ? null : review.body,
    updated_at: timestamp(review.updatedAt),
  } satisfies Schemas["webhooks_review"];
}
