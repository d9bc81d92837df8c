import { Hono } from "hono";
import type { ForgeEnv } from "../env.ts";
import type { ReviewComment, ReviewState } from "../records.ts";
import {
  createReview,
  deleteReviewComment,
  editReview,
  editReviewComment,
  replyTo,
  reviewCommentsOf,
} from "../reviews.ts";
import { pullsOf } from "../pulls.ts";
import { empty, failure, json, malformed } from "./answer.ts";
import { checkBody } from "./comments.ts";
import { listOf, nullable, object, oneOf, optional, text, time, whole } from "./fields.ts";
import { pullOf, reviewCommentOf, reviewOf } from "./find.ts";
import { permitted, readable } from "./guard.ts";
import { reviewCommentJson, reviewJson } from "./json/review.ts";
import { page, PAGED, since, sorted } from "./paging.ts";
import { readBody, readQuery } from "./read.ts";

const STATES: Readonly<Record<"APPROVE" | "REQUEST_CHANGES" | "COMMENT", ReviewState>> = {
  APPROVE: "approved",
  REQUEST_CHANGES: "changes_requested",
  COMMENT: "commented",
};

const COMMENTS = {
  ...PAGED,
  since: optional(time),
  sort: optional(oneOf("created", "updated")),
  direction: optional(oneOf("asc", "desc")),
};

/** Reviews that were handed in; one that is still being written is nobody's business. */
export function reviewRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.use("/pulls/*", async (c, next) => {
    if (c.req.method === "GET") readable(c, "pull_requests");
    return next();
  });
  app.get("/pulls/:number{[0-9]+}/reviews", (c) => {
    const issue = pullOf(c);
    const { state } = c.get("internals");
    return page(c, readQuery(c, PAGED), issue.pull.reviews, (review) =>
      reviewJson(state, issue, review),
    );
  });
  app.post("/pulls/:number{[0-9]+}/reviews", async (c) => {
    const internals = c.get("internals");
    const issue = pullOf(c);
    const by = permitted(c, "pull_requests", "write");
    const draft = await readBody(c, {
      event: oneOf("APPROVE", "REQUEST_CHANGES", "COMMENT"),
      body: nullable(text),
      commit_id: optional(text),
      comments: optional(
        listOf(object({ path: text, line: whole, side: optional(oneOf("RIGHT")), body: text })),
      ),
    });
    const { body = "", comments = [], event } = draft;
    if (by === issue.user && event !== "COMMENT") {
      const verb = event === "APPROVE" ? "approve" : "request changes on";
      return failure(422, `Can not ${verb} your own pull request`);
    }
    if (body === "" && comments.length === 0 && event !== "APPROVE") {
      return malformed('"body" wasn\'t supplied.');
    }
    const review = await createReview(internals, issue, {
      by,
      state: STATES[event],
      body,
      comments,
    });
    if (review === undefined) return failure(422, "Line could not be resolved");
    return json(reviewJson(internals.state, issue, review));
  });
  app.get("/pulls/:number{[0-9]+}/reviews/:id{[0-9]+}", (c) => {
    readQuery(c, {});
    const { issue, review } = reviewOf(c);
    return json(reviewJson(c.get("internals").state, issue, review));
  });
  app.put("/pulls/:number{[0-9]+}/reviews/:id{[0-9]+}", async (c) => {
    const internals = c.get("internals");
    const by = permitted(c, "pull_requests", "write");
    const { issue, review } = reviewOf(c);
    const { body } = await readBody(c, { body: text });
    if (by !== review.user) return failure(403, "Must have admin rights to Repository.");
    editReview(internals, review, by, body);
    return json(reviewJson(internals.state, issue, review));
  });
  app.get("/pulls/:number{[0-9]+}/reviews/:id{[0-9]+}/comments", (c) => {
    const { issue, review } = reviewOf(c);
    const { state } = c.get("internals");
    return page(c, readQuery(c, PAGED), review.comments, (comment) =>
      reviewCommentJson(state, issue, comment),
    );
  });
  app.get("/pulls/:number{[0-9]+}/comments", (c) => {
    const query = readQuery(c, COMMENTS);
    const issue = pullOf(c);
    const { state } = c.get("internals");
    return page(c, query, ordered(reviewCommentsOf(issue), query), (comment) =>
      reviewCommentJson(state, issue, comment),
    );
  });
  app.post("/pulls/:number{[0-9]+}/comments/:id{[0-9]+}/replies", async (c) => {
    const internals = c.get("internals");
    const by = permitted(c, "pull_requests", "write");
    pullOf(c);
    const { issue, comment } = reviewCommentOf(c);
    const { body } = await readBody(c, { body: text });
    checkBody(body, "PullRequestReviewComment");
    const reply = replyTo(internals, issue, comment, by, body);
    return json(reviewCommentJson(internals.state, issue, reply), 201);
  });
  app.get("/pulls/comments", (c) => {
    const query = readQuery(c, COMMENTS);
    const { state } = c.get("internals");
    const all = new Map(
      pullsOf(c.get("repository")).flatMap((issue) =>
        reviewCommentsOf(issue).map((comment) => [comment, issue] as const),
      ),
    );
    return page(c, query, ordered([...all.keys()], query), (comment) => {
      const issue = all.get(comment);
      return issue === undefined ? undefined : reviewCommentJson(state, issue, comment);
    });
  });
  app.get("/pulls/comments/:id{[0-9]+}", (c) => {
    readQuery(c, {});
    const { issue, comment } = reviewCommentOf(c);
    return json(reviewCommentJson(c.get("internals").state, issue, comment));
  });
  app.patch("/pulls/comments/:id{[0-9]+}", async (c) => {
    const internals = c.get("internals");
    const by = permitted(c, "pull_requests", "write");
    const { issue, comment } = reviewCommentOf(c);
    const { body } = await readBody(c, { body: text });
    if (by !== comment.user && c.get("rights").units.code < 2) {
      return failure(403, "Must have admin rights to Repository.");
    }
    checkBody(body, "PullRequestReviewComment");
    editReviewComment(internals, comment, by, body);
    return json(reviewCommentJson(internals.state, issue, comment));
  });
  app.delete("/pulls/comments/:id{[0-9]+}", (c) => {
    const by = permitted(c, "pull_requests", "write");
    const { comment } = reviewCommentOf(c);
    if (by !== comment.user && c.get("rights").units.code < 2) {
      return failure(403, "Must have admin rights to Repository.");
    }
    deleteReviewComment(c.get("internals"), comment, by);
    return empty();
  });
  return app;
}

function ordered(
  all: readonly ReviewComment[],
  query: {
    readonly since: number | undefined;
    readonly sort: "created" | "updated" | undefined;
    readonly direction: "asc" | "desc" | undefined;
  },
): ReviewComment[] {
  const direction = query.direction ?? (query.sort === undefined ? "asc" : "desc");
  const order = query.sort === "updated" ? updatedAt : createdAt;
  return sorted(since(all, query.since, updatedAt), direction, order);
}

function createdAt(comment: ReviewComment): number {
  return comment.createdAt;
}

function updatedAt(comment: ReviewComment): number {
  return comment.updatedAt;
}
