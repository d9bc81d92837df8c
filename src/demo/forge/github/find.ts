import type { Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { isPull, type PullIssue } from "../json/pull.ts";
import type { Comment, Issue, Review, ReviewComment } from "../records.ts";
import { findReviewComment } from "../reviews.ts";
import { failure, notFound, stop } from "./answer.ts";

type Ctx = Context<ForgeEnv>;

/** The issue or pull request of the path: 410 for one that was deleted. */
export function issueOf(c: Ctx): Issue {
  const repository = c.get("repository");
  const number = Number(c.req.param("number"));
  const issue = repository.issues.get(number);
  if (issue !== undefined) return issue;
  throw stop(repository.deleted.has(number) ? failure(410, "This issue was deleted") : notFound());
}

export function pullOf(c: Ctx): PullIssue {
  const issue = c.get("repository").issues.get(Number(c.req.param("number")));
  if (!isPull(issue)) throw stop(notFound());
  return issue;
}

export function commentOf(c: Ctx): Comment {
  const comment = c.get("internals").state.findComment(Number(c.req.param("id")));
  if (comment?.issue.repository !== c.get("repository")) throw stop(notFound());
  return comment;
}

export function reviewOf(c: Ctx): { issue: PullIssue; review: Review } {
  const issue = pullOf(c);
  const review = issue.pull.reviews.find((one) => one.id === Number(c.req.param("id")));
  if (review === undefined) throw stop(notFound());
  return { issue, review };
}

export function reviewCommentOf(c: Ctx): { issue: PullIssue; comment: ReviewComment } {
  const comment = findReviewComment(c.get("internals").state, Number(c.req.param("id")));
  const issue = comment?.review.issue;
  if (comment === undefined || !isPull(issue) || issue.repository !== c.get("repository")) {
    throw stop(notFound());
  }
  return { issue, comment };
}
