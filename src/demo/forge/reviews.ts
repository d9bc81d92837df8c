import { hunkAt } from "./hunk.ts";
import type { Internals } from "./internals.ts";
import { isPull, type PullIssue } from "./json/pull.ts";
import type { Review, ReviewComment, ReviewState, User } from "./records.ts";
import { found, type ForgeState } from "./state.ts";

export interface ReviewDraft {
  readonly by: User;
  readonly state: ReviewState;
  readonly body: string;
  readonly comments: readonly LineDraft[];
}

export interface LineDraft {
  readonly path: string;
  /** Of the new file, from 1. */
  readonly line: number;
  readonly body: string;
}

/** Undefined when a comment is on a line that the diff does not show. */
export async function createReview(
  internals: Internals,
  issue: PullIssue,
  draft: ReviewDraft,
): Promise<Review | undefined> {
  const { git, state } = internals;
  const { difference } = issue.pull;
  const { gitDir } = issue.repository;
  const hunks: string[] = [];
  for (const { path, line } of draft.comments) {
    const hunk = await hunkAt(git, gitDir, difference, path, line);
    if (hunk === undefined) return undefined;
    hunks.push(hunk);
  }
  const review = addReview(state, issue, draft, difference.headSha);
  for (const [index, comment] of draft.comments.entries()) {
    const hunk = hunks[index] ?? "";
    review.comments.push(newComment(state, review, draft.by, { ...comment, hunk }));
  }
  internals.announce({ kind: "reviewed", issue, by: draft.by, review });
  for (const comment of review.comments) {
    internals.announce({ kind: "review_comment", issue, by: draft.by, comment });
  }
  state.changed();
  return review;
}

/** An answer in the thread of a comment. On GitHub it comes in a review of its own, on Gitea in the one it answers. */
export function replyTo(
  internals: Internals,
  issue: PullIssue,
  comment: ReviewComment,
  by: User,
  body: string,
): ReviewComment {
  const { state } = internals;
  const draft = { by, state: "commented", body: "" } as const;
  const isOwn = state.face === "github";
  const review = isOwn
    ? addReview(state, issue, draft, issue.pull.difference.headSha)
    : comment.review;
  const { path, line, hunk } = comment;
  const thread = comment.replyTo ?? comment;
  const reply = newComment(state, review, by, { path, line, hunk, body, replyTo: thread });
  review.comments.push(reply);
  issue.updatedAt = state.now();
  if (isOwn) internals.announce({ kind: "reviewed", issue, by, review });
  internals.announce({ kind: "review_comment", issue, by, comment: reply });
  state.changed();
  return reply;
}

export function editReview(internals: Internals, review: Review, by: User, body: string): void {
  const { issue, body: from } = review;
  if (body === from || !isPull(issue)) return;
  review.edits.push(from);
  review.body = body;
  review.updatedAt = internals.state.now();
  internals.announce({ kind: "review_edited", issue, by, review, from });
  internals.state.changed();
}

export function editReviewComment(
  internals: Internals,
  comment: ReviewComment,
  by: User,
  body: string,
): void {
  const { issue } = comment.review;
  const { body: from } = comment;
  if (body === from || !isPull(issue)) return;
  comment.edits.push(from);
  comment.body = body;
  comment.updatedAt = internals.state.now();
  internals.announce({ kind: "review_comment_edited", issue, by, comment, from });
  internals.state.changed();
}

export function deleteReviewComment(internals: Internals, comment: ReviewComment, by: User): void {
  const { issue, comments } = comment.review;
  if (!isPull(issue)) return;
  comments.splice(comments.indexOf(comment), 1);
  internals.announce({ kind: "review_comment_deleted", issue, by, comment });
  internals.state.changed();
}

/** Of a pull request, oldest first. */
export function reviewCommentsOf(issue: PullIssue): ReviewComment[] {
  return issue.pull.reviews.flatMap((review) => review.comments);
}

export function findReview(state: ForgeState, id: number): Review | undefined {
  return allReviews(state).find((review) => review.id === id);
}

export function findReviewComment(state: ForgeState, id: number): ReviewComment | undefined {
  return allReviews(state)
    .flatMap((review) => review.comments)
    .find((comment) => comment.id === id);
}

export function reviewOf(state: ForgeState, id: number): Review {
  return found(findReview(state, id), `review ${id}`);
}

export function reviewCommentOf(state: ForgeState, id: number): ReviewComment {
  return found(findReviewComment(state, id), `review comment ${id}`);
}

function allReviews(state: ForgeState): Review[] {
  return [...state.repositories.values()].flatMap((repository) =>
    [...repository.issues.values()].flatMap((issue) => issue.pull?.reviews ?? []),
  );
}

function addReview(
  state: ForgeState,
  issue: PullIssue,
  draft: Omit<ReviewDraft, "comments">,
  sha: string,
): Review {
  const review: Review = {
    id: state.nextId("review"),
    issue,
    user: draft.by,
    state: draft.state,
    body: draft.body,
    edits: [],
    sha,
    comments: [],
    createdAt: state.now(),
    updatedAt: state.now(),
  };
  issue.pull.reviews.push(review);
  fulfil(issue, draft.by);
  issue.updatedAt = state.now();
  return review;
}

/** GitHub, not Gitea, takes who has reviewed off the list of those who were asked. */
function fulfil({ pull }: PullIssue, by: User): void {
  const index = pull.reviewRequests.findIndex((request) => request.reviewer === by);
  if (index !== -1) pull.reviewRequests.splice(index, 1);
}

function newComment(
  state: ForgeState,
  review: Review,
  user: User,
  draft: LineDraft & { readonly hunk: string; readonly replyTo?: ReviewComment },
): ReviewComment {
  return {
    id: state.nextId("entry"),
    review,
    user,
    path: draft.path,
    line: draft.line,
    hunk: draft.hunk,
    replyTo: draft.replyTo,
    body: draft.body,
    edits: [],
    reactions: [],
    createdAt: state.now(),
    updatedAt: state.now(),
  };
}
