import type { Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { isPull, type PullIssue } from "../json/pull.ts";
import type { Comment, Issue, Label, ReviewComment } from "../records.ts";
import { findReviewComment } from "../reviews.ts";
import { empty, failure, notFound, stop } from "./answer.ts";

type Ctx = Context<ForgeEnv>;

/** The issue or pull request of the path, if there is one. */
function findIssue(c: Ctx): Issue | undefined {
  return c.get("repository").issues.get(Number(c.req.param("index")));
}

export function issueOr404(c: Ctx): Issue {
  const issue = findIssue(c);
  if (issue === undefined) throw stop(notFound(c));
  return issue;
}

/** Where Gitea answers a missing issue with 500 and no words. */
export function issueOr500(c: Ctx): Issue {
  const issue = findIssue(c);
  if (issue === undefined) throw stop(failure(c, 500, ""));
  return issue;
}

export function pullOr404(c: Ctx): PullIssue {
  const issue = findIssue(c);
  if (!isPull(issue)) throw stop(notFound(c));
  return issue;
}

/** The comment of the path: 404 with words when it is gone, without any when it belongs to another repository. */
export function commentOr404(c: Ctx): Comment {
  const id = Number(c.req.param("id"));
  const comment = c.get("internals").state.findComment(id);
  if (comment === undefined) {
    throw stop(notFound(c, `comment does not exist [id: ${id}, issue_id: 0]`));
  }
  if (comment.issue.repository !== c.get("repository")) throw stop(empty(404));
  return comment;
}

/** A comment on a line of a diff is one as well: they share the sequence of ids. */
export function anyCommentOr404(c: Ctx): Comment | ReviewComment {
  return reviewCommentOf(c) ?? commentOr404(c);
}

/** Whether the id of the path is of something else that is kept among the comments, such as a change of the title. */
export function isOtherEntry(c: Ctx): boolean {
  const id = Number(c.req.param("id"));
  if (reviewCommentOf(c) !== undefined) return true;
  return [...c.get("repository").issues.values()].some((issue) =>
    issue.timeline.some((entry) => entry.id === id && entry.kind === "event"),
  );
}

function reviewCommentOf(c: Ctx): ReviewComment | undefined {
  const comment = findReviewComment(c.get("internals").state, Number(c.req.param("id")));
  return comment?.review.issue.repository === c.get("repository") ? comment : undefined;
}

/** Labels by id or name; what is not there is left out. */
export function labelsNamed(c: Ctx, wanted: readonly unknown[]): Label[] {
  return c
    .get("repository")
    .labels.filter((label) => wanted.includes(label.id) || wanted.includes(label.name));
}

export function unitOf(issue: Issue): "issues" | "pulls" {
  return issue.pull === undefined ? "issues" : "pulls";
}
