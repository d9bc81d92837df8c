import { timestamp } from "./clock.ts";
import { issuePage } from "./github/json/issue.ts";
import { issueUrl } from "./json/issue.ts";
import type { PullIssue } from "./json/pull.ts";
import type { Issue, ReactionRecord, Review } from "./records.ts";
import type { ReviewSummary } from "./sandbox-review.ts";
import type { IssueThread, PullSummary, Reaction } from "./sandbox.ts";
import { commentsOf, fullName, type ForgeState } from "./state.ts";

/** A copy of an issue with its comments, to look at. */
export function threadOf(issue: Issue): IssueThread {
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body,
    by: issue.user.login,
    state: issue.state,
    locked: issue.locked,
    labels: issue.labels.map((label) => label.name),
    assignees: issue.assignees.map((user) => user.login),
    reactions: reactionsOf(issue),
    comments: commentsOf(issue).map((comment) => ({
      id: comment.id,
      by: comment.user.login,
      body: comment.body,
      createdAt: timestamp(comment.createdAt),
      updatedAt: timestamp(comment.updatedAt),
      edits: [...comment.edits],
      reactions: reactionsOf(comment),
    })),
  };
}

export function pullSummary(state: ForgeState, issue: PullIssue): PullSummary {
  const { pull } = issue;
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body,
    head: pull.head,
    headRepository: fullName(pull.headRepository),
    base: pull.base,
    state: issue.state,
    merged: pull.merged !== undefined,
    by: issue.user.login,
    reviewers: pull.reviewRequests.map((request) => request.reviewer.login),
    url: state.face === "github" ? issuePage(state, issue) : issueUrl(state, issue),
  };
}

export function reviewSummary(review: Review): ReviewSummary {
  return {
    id: review.id,
    by: review.user.login,
    state: review.state,
    body: review.body,
    comments: review.comments.map((comment) => ({
      id: comment.id,
      by: comment.user.login,
      path: comment.path,
      line: comment.line,
      body: comment.body,
      reactions: reactionsOf(comment),
    })),
  };
}

function reactionsOf(subject: { readonly reactions: readonly ReactionRecord[] }): Reaction[] {
  return subject.reactions.map(({ user, content }) => ({ by: user.login, content }));
}
