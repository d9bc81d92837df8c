import type { Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { isPull, type PullIssue } from "../json/pull.ts";
import type { Comment, Issue, Label } from "../records.ts";
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

/** Labels by id or name; what is not there is left out. */
export function labelsNamed(c: Ctx, wanted: readonly unknown[]): Label[] {
  return c
    .get("repository")
    .labels.filter((label) => wanted.includes(label.id) || wanted.includes(label.name));
}

export function unitOf(issue: Issue): "issues" | "pulls" {
  return issue.pull === undefined ? "issues" : "pulls";
}
