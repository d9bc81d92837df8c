import { Hono, type Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { addReaction, removeReaction, type ReactionSubject } from "../reactions.ts";
import type { Permission } from "./grant.ts";
import { empty, json, notFound } from "./answer.ts";
import { oneOf, optional } from "./fields.ts";
import { commentOf, issueOf, reviewCommentOf } from "./find.ts";
import { permitted, readable, threadPermission } from "./guard.ts";
import { reactionJson } from "./json/reaction.ts";
import { page, PAGED } from "./paging.ts";
import { readBody, readQuery } from "./read.ts";

type Ctx = Context<ForgeEnv>;

const CONTENT = oneOf("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes");

/** On issues, comments, and comments on lines; a review itself takes none. */
export function reactionRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  const places: [string, (c: Ctx) => { subject: ReactionSubject; permission: Permission }][] = [
    [
      "/issues/:number{[0-9]+}/reactions",
      (c) => {
        const issue = issueOf(c);
        return { subject: issue, permission: threadPermission(issue.repository, issue.number) };
      },
    ],
    [
      "/issues/comments/:id{[0-9]+}/reactions",
      (c) => {
        const comment = commentOf(c);
        const { repository, number } = comment.issue;
        return { subject: comment, permission: threadPermission(repository, number) };
      },
    ],
    [
      "/pulls/comments/:id{[0-9]+}/reactions",
      (c) => ({ subject: reviewCommentOf(c).comment, permission: "pull_requests" }),
    ],
  ];
  for (const [path, find] of places) {
    app.get(path, (c) => {
      const { content, ...query } = readQuery(c, { ...PAGED, content: optional(CONTENT) });
      const { subject, permission } = find(c);
      readable(c, permission);
      const { state } = c.get("internals");
      const wanted = subject.reactions.filter(
        (one) => content === undefined || one.content === content,
      );
      return page(c, query, wanted, (one) => reactionJson(state, one));
    });
    app.post(path, async (c) => {
      const { state } = c.get("internals");
      const { subject, permission } = find(c);
      const by = permitted(c, permission, "write");
      const { content } = await readBody(c, { content: CONTENT });
      const { reaction, isNew } = addReaction(state, subject, by, content);
      return json(reactionJson(state, reaction), isNew ? 201 : 200);
    });
    app.delete(`${path}/:reaction{[0-9]+}`, (c) => {
      const { state } = c.get("internals");
      const { subject, permission } = find(c);
      const by = permitted(c, permission, "write");
      const id = Number(c.req.param("reaction"));
      const reaction = subject.reactions.find((one) => one.id === id && one.user === by);
      if (reaction === undefined) return notFound();
      removeReaction(state, subject, by, reaction.content);
      return empty();
    });
  }
  return app;
}
