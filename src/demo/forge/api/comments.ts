import { Hono } from "hono";
import { createComment, deleteComment, editComment } from "../comments.ts";
import type { ForgeEnv } from "../env.ts";
import { commentJson, timelineJson } from "../json/issue.ts";
import { commentsOf } from "../state.ts";
import { empty, failure, json } from "./answer.ts";
import { readBody, requiredText } from "./body.ts";
import { commentOr404, isOtherEntry, issueOr500, unitOf } from "./find.ts";
import { authorOrWriter, doer, mayWrite, viewer } from "./guard.ts";
import { pageWhenAsked, period, sliceWhenAsked, total, whole, within } from "./paging.ts";

export function commentRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/:owner/:repo/issues/comments", (c) => {
    const { state } = c.get("internals");
    const span = period(c);
    const comments = [...c.get("repository").issues.values()].flatMap(commentsOf);
    const wanted = comments.filter((one) => within(span, one.updatedAt));
    return pageWhenAsked(
      c,
      wanted.toSorted((a, b) => a.createdAt - b.createdAt || a.id - b.id),
      (one) => commentJson(state, one, viewer(c)),
    );
  });
  app.get("/:owner/:repo/issues/comments/:id{[0-9]+}", (c) =>
    isOtherEntry(c)
      ? empty(204)
      : json(commentJson(c.get("internals").state, commentOr404(c), viewer(c))),
  );
  app.patch("/:owner/:repo/issues/comments/:id{[0-9]+}", async (c) => {
    const internals = c.get("internals");
    const body = requiredText(c, await readBody(c), "body", "Body");
    doer(c);
    const comment = commentOr404(c);
    const user = authorOrWriter(c, comment.user, unitOf(comment.issue));
    editComment(internals, comment, user, body);
    return json(commentJson(internals.state, comment, user));
  });
  app.delete("/:owner/:repo/issues/comments/:id{[0-9]+}", (c) => {
    doer(c);
    const comment = commentOr404(c);
    deleteComment(
      c.get("internals"),
      comment,
      authorOrWriter(c, comment.user, unitOf(comment.issue)),
    );
    return empty(204);
  });
  app.get("/:owner/:repo/issues/:index{[0-9]+}/comments", (c) => {
    const { state } = c.get("internals");
    const span = period(c);
    const comments = commentsOf(issueOr500(c)).filter((one) => within(span, one.updatedAt));
    return whole(comments, (one) => commentJson(state, one, viewer(c)));
  });
  app.post("/:owner/:repo/issues/:index{[0-9]+}/comments", async (c) => {
    const internals = c.get("internals");
    const user = doer(c);
    const body = requiredText(c, await readBody(c), "body", "Body");
    const issue = issueOr500(c);
    if (issue.locked && !mayWrite(c, unitOf(issue)) && !user.admin) {
      return failure(c, 403, "You cannot comment on a locked issue.");
    }
    return json(
      commentJson(internals.state, createComment(internals, issue, user, body), user),
      201,
    );
  });
  app.get("/:owner/:repo/issues/:index{[0-9]+}/timeline", (c) => {
    const { state } = c.get("internals");
    const span = period(c);
    const entries = issueOr500(c).timeline.filter((entry) =>
      within(span, entry.kind === "comment" ? entry.updatedAt : entry.createdAt),
    );
    // As on Gitea the total is that of the page, and null stands for nothing.
    const part = sliceWhenAsked(c, entries);
    if (part.length === 0) return json(null, 200, total(0));
    return whole(part, (entry) => timelineJson(state, entry, viewer(c)));
  });
  return app;
}
