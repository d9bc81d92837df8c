import { Hono, type Context } from "hono";
import { createComment, deleteComment, editComment } from "../comments.ts";
import type { ForgeEnv } from "../env.ts";
import type { Comment, User } from "../records.ts";
import { commentsOf } from "../state.ts";
import { empty, failure, invalid, json, stop } from "./answer.ts";
import { oneOf, optional, text, time } from "./fields.ts";
import { commentOf, issueOf } from "./find.ts";
import { permitted, readable, threadPermission } from "./guard.ts";
import { commentJson } from "./json/issue.ts";
import { page, PAGED, since, sorted } from "./paging.ts";
import { readBody, readQuery } from "./read.ts";

type Ctx = Context<ForgeEnv>;

const MAX_LENGTH = 65_536;

export function commentRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/issues/comments", (c) => {
    readable(c, "issues");
    const query = readQuery(c, {
      ...PAGED,
      since: optional(time),
      sort: optional(oneOf("created", "updated")),
      direction: optional(oneOf("asc", "desc")),
    });
    const { state } = c.get("internals");
    const all = [...c.get("repository").issues.values()].flatMap(commentsOf);
    const recent = since(all, query.since, updatedAt);
    const direction = query.direction ?? (query.sort === undefined ? "asc" : "desc");
    const order = query.sort === "updated" ? updatedAt : createdAt;
    return page(c, query, sorted(recent, direction, order), (one) => commentJson(state, one));
  });
  app.get("/issues/comments/:id{[0-9]+}", (c) => {
    readQuery(c, {});
    const comment = commentOf(c);
    readable(c, permissionOf(comment));
    return json(commentJson(c.get("internals").state, comment));
  });
  app.patch("/issues/comments/:id{[0-9]+}", async (c) => {
    const internals = c.get("internals");
    const comment = commentOf(c);
    const by = authorOrWriter(c, comment);
    const { body } = await readBody(c, { body: text });
    checkBody(body, "IssueComment");
    editComment(internals, comment, by, body);
    return json(commentJson(internals.state, comment));
  });
  app.delete("/issues/comments/:id{[0-9]+}", (c) => {
    const comment = commentOf(c);
    deleteComment(c.get("internals"), comment, authorOrWriter(c, comment));
    return empty();
  });
  app.get("/issues/:number{[0-9]+}/comments", (c) => {
    const query = readQuery(c, { ...PAGED, since: optional(time) });
    readable(c, threadPermission(c.get("repository"), Number(c.req.param("number"))));
    const { state } = c.get("internals");
    const recent = since(commentsOf(issueOf(c)), query.since, updatedAt);
    return page(c, query, recent, (one) => commentJson(state, one));
  });
  app.post("/issues/:number{[0-9]+}/comments", async (c) => {
    const internals = c.get("internals");
    const permission = threadPermission(c.get("repository"), Number(c.req.param("number")));
    const by = permitted(c, permission, "write");
    const { body } = await readBody(c, { body: text });
    const issue = issueOf(c);
    if (issue.locked && c.get("rights").units.code < 2) {
      return failure(403, "Unable to create comment because issue is locked.");
    }
    checkBody(body, "IssueComment");
    const comment = createComment(internals, issue, by, body);
    const shown = commentJson(internals.state, comment);
    return json(shown, 201, { location: shown.url });
  });
  return app;
}

/** Ends the request with 422 for words that are too many or none. */
export function checkBody(body: string, resource: string): void {
  const problem = { resource, code: "unprocessable", field: "data" };
  if (body.trim() === "") throw stop(invalid({ ...problem, message: "Body cannot be blank" }));
  if (body.length > MAX_LENGTH) {
    const message = `Body is too long (maximum is ${MAX_LENGTH} characters)`;
    throw stop(invalid({ ...problem, message }));
  }
}

function authorOrWriter(c: Ctx, comment: Comment): User {
  const user = permitted(c, permissionOf(comment), "write");
  if (user !== comment.user && c.get("rights").units.code < 2) {
    throw stop(failure(403, "Must have admin rights to Repository."));
  }
  return user;
}

function permissionOf({ issue }: Comment) {
  return threadPermission(issue.repository, issue.number);
}

function createdAt(comment: Comment): number {
  return comment.createdAt;
}

function updatedAt(comment: Comment): number {
  return comment.updatedAt;
}
