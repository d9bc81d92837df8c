import { Hono, type Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { reactionJson } from "../json/issue.ts";
import { addReaction, REACTIONS, removeReaction } from "../reactions.ts";
import type { Comment, Issue, ReviewComment } from "../records.ts";
import { empty, failure, json } from "./answer.ts";
import { optionalText, readBody } from "./body.ts";
import { anyCommentOr404, issueOr404, unitOf } from "./find.ts";
import { doer, mayWrite, viewer } from "./guard.ts";

type Ctx = Context<ForgeEnv>;

export function reactionRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  const places = [
    ["/:owner/:repo/issues/comments/:id{[0-9]+}/reactions", anyCommentOr404],
    ["/:owner/:repo/issues/:index{[0-9]+}/reactions", issueOr404],
  ] as const;
  for (const [path, find] of places) {
    app.get(path, (c) => list(c, find(c)));
    app.post(path, async (c) => add(c, find(c)));
    app.delete(path, async (c) => remove(c, find(c)));
  }
  return app;
}

function list(c: Ctx, subject: Issue | Comment | ReviewComment): Response {
  const { state } = c.get("internals");
  return json(subject.reactions.map((reaction) => reactionJson(state, reaction, viewer(c))));
}

async function add(c: Ctx, subject: Issue | Comment | ReviewComment): Promise<Response> {
  const { state } = c.get("internals");
  const user = doer(c);
  const content = optionalText(await readBody(c), "content") ?? "";
  const issue = issueOf(subject);
  if (issue.locked && !mayWrite(c, unitOf(issue)))
    return failure(c, 403, "no permission to change reaction");
  if (!REACTIONS.includes(content))
    return failure(c, 403, `'${content}' is not an allowed reaction`);
  const { reaction, isNew } = addReaction(state, subject, user, content);
  return json(reactionJson(state, reaction, user), isNew ? 201 : 200);
}

async function remove(c: Ctx, subject: Issue | Comment | ReviewComment): Promise<Response> {
  const user = doer(c);
  removeReaction(
    c.get("internals").state,
    subject,
    user,
    optionalText(await readBody(c), "content") ?? "",
  );
  return empty(200);
}

function issueOf(subject: Issue | Comment | ReviewComment): Issue {
  if ("review" in subject) return subject.review.issue;
  return "issue" in subject ? subject.issue : subject;
}
