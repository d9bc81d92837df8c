import { Hono, type Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import type { Json } from "../json/go.ts";
import type { PullIssue } from "../json/pull.ts";
import { reviewRequestJson } from "../json/pull.ts";
import { reviewCommentJson, reviewJson } from "../json/review.ts";
import type { Review, ReviewState } from "../records.ts";
import { createReview, type LineDraft } from "../reviews.ts";
import { failure, json, notFound, stop } from "./answer.ts";
import { optionalList, optionalText, readBody } from "./body.ts";
import { pullOr404 } from "./find.ts";
import { doer, viewer } from "./guard.ts";
import { pageWhenAsked } from "./paging.ts";

type Ctx = Context<ForgeEnv>;

const STATES: Readonly<Record<string, ReviewState>> = {
  APPROVED: "approved",
  REQUEST_CHANGES: "changes_requested",
  COMMENT: "commented",
};

export function reviewRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  const path = "/:owner/:repo/pulls/:index{[0-9]+}/reviews";
  app.get(path, (c) => {
    const { state } = c.get("internals");
    const issue = pullOr404(c);
    const { reviews, reviewRequests } = issue.pull;
    const all = [...reviews, ...reviewRequests].toSorted((a, b) => a.id - b.id);
    return pageWhenAsked(c, all, (one) =>
      "reviewer" in one
        ? reviewRequestJson(state, issue, one, viewer(c))
        : reviewJson(state, one, viewer(c)),
    );
  });
  app.post(path, async (c) => create(c));
  app.get(`${path}/:id{[0-9]+}`, (c) => {
    const { state } = c.get("internals");
    const issue = pullOr404(c);
    const request = issue.pull.reviewRequests.find(({ id }) => id === Number(c.req.param("id")));
    if (request !== undefined) return json(reviewRequestJson(state, issue, request, viewer(c)));
    return json(reviewJson(state, reviewOr404(c, issue), viewer(c)));
  });
  app.get(`${path}/:id{[0-9]+}/comments`, (c) => {
    const { state } = c.get("internals");
    const { comments } = reviewOr404(c, pullOr404(c));
    return json(comments.map((comment) => reviewCommentJson(state, comment, viewer(c))));
  });
  return app;
}

async function create(c: Ctx): Promise<Response> {
  const internals = c.get("internals");
  const by = doer(c);
  const issue = pullOr404(c);
  const draft = await readBody(c);
  const event = optionalText(draft, "event") ?? "";
  const state = STATES[event];
  // On Gitea it would wait to be handed in.
  if (state === undefined) throw new Error("The sandbox forge has no pending reviews.");
  const body = optionalText(draft, "body") ?? "";
  const comments = (optionalList(draft, "comments") ?? []).map(lineOf);
  if (by === issue.user && state === "approved")
    return failure(c, 422, "approve your own pull is not allowed");
  if (by === issue.user && state === "changes_requested")
    return failure(c, 422, "reject your own pull is not allowed");
  if (body.trim() === "" && state === "changes_requested")
    return failure(c, 422, `review event ${event} requires a body`);
  if (body.trim() === "" && state === "commented" && comments.length === 0)
    return failure(c, 422, `review event ${event} requires a body or a comment`);
  const review = await createReview(internals, issue, { by, state, body, comments });
  if (review === undefined) return failure(c, 500, "");
  return json(reviewJson(internals.state, review, by));
}

function lineOf(comment: unknown): LineDraft {
  const said = (comment ?? {}) as Json;
  return {
    path: optionalText(said, "path") ?? "",
    body: optionalText(said, "body") ?? "",
    line: Number(said["new_position"] ?? 0),
  };
}

function reviewOr404(c: Ctx, issue: PullIssue): Review {
  const id = Number(c.req.param("id"));
  const review = issue.pull.reviews.find((one) => one.id === id);
  if (review === undefined) throw stop(notFound(c));
  return review;
}
