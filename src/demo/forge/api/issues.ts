import { Hono, type Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import {
  createIssue,
  deleteIssue,
  editIssue,
  setAssignees,
  setIssueState,
  setLocked,
} from "../issues.ts";
import type { Json } from "../json/go.ts";
import { issueJson } from "../json/issue.ts";
import type { Issue, User } from "../records.ts";
import { empty, failure, json, stop } from "./answer.ts";
import { optionalList, optionalText, readBody, requiredText } from "./body.ts";
import { issueOr404, labelsNamed, unitOf } from "./find.ts";
import { authorOrWriter, doer, mayWrite, repositoryAdmin, viewer } from "./guard.ts";
import { page, period, within } from "./paging.ts";

type Ctx = Context<ForgeEnv>;

export function issueRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/:owner/:repo/issues", (c) => {
    const { state } = c.get("internals");
    const span = period(c);
    const wanted = [...c.get("repository").issues.values()].filter(
      (issue) => isAsked(c, issue) && within(span, issue.updatedAt),
    );
    return page(c, wanted.toReversed(), (issue) => issueJson(state, issue, viewer(c)));
  });
  app.post("/:owner/:repo/issues", async (c) => {
    const internals = c.get("internals");
    const by = doer(c);
    const body = await readBody(c);
    const title = requiredText(c, body, "title", "Title");
    const trusted = mayWrite(c, "issues");
    const issue = createIssue(internals, c.get("repository"), {
      by,
      title,
      body: optionalText(body, "body") ?? "",
      labels: trusted ? labelsNamed(c, optionalList(body, "labels") ?? []) : [],
      assignees: trusted ? usersNamed(c, optionalList(body, "assignees") ?? []) : [],
    });
    return json(issueJson(internals.state, issue, by), 201);
  });
  app.get("/:owner/:repo/issues/:index{[0-9]+}", (c) =>
    json(issueJson(c.get("internals").state, issueOr404(c), viewer(c))),
  );
  app.patch("/:owner/:repo/issues/:index{[0-9]+}", async (c) => {
    const internals = c.get("internals");
    const issue = issueOr404(c);
    const by = authorOrWriter(c, issue.user, unitOf(issue));
    change(c, issue, by, await readBody(c));
    return json(issueJson(internals.state, issue, by), 201);
  });
  app.delete("/:owner/:repo/issues/:index{[0-9]+}", (c) => {
    const by = repositoryAdmin(c);
    deleteIssue(c.get("internals"), issueOr404(c), by);
    return empty(204);
  });
  app.on(["PUT", "DELETE"], "/:owner/:repo/issues/:index{[0-9]+}/lock", (c) => {
    const issue = issueOr404(c);
    const by = doer(c);
    if (!mayWrite(c, unitOf(issue))) return empty(403);
    setLocked(c.get("internals"), issue, c.req.method === "PUT", by);
    return empty(204);
  });
  return app;
}

/** What PATCH changes of an issue; a pull request's own route shares it. */
export function change(c: Ctx, issue: Issue, by: User, body: Json): void {
  const internals = c.get("internals");
  editIssue(internals, issue, by, {
    title: optionalText(body, "title"),
    body: optionalText(body, "body"),
  });
  const assignees = optionalList(body, "assignees");
  if (assignees !== undefined && mayWrite(c, unitOf(issue))) {
    setAssignees(internals, issue, usersNamed(c, assignees), by);
  }
  const state = optionalText(body, "state");
  if (state === "open" || state === "closed") setIssueState(internals, issue, state, by);
}

function usersNamed(c: Ctx, logins: readonly unknown[]): User[] {
  const { state } = c.get("internals");
  return logins.map((login) => {
    const user = state.findUser(String(login));
    if (user === undefined) {
      throw stop(
        failure(
          c,
          422,
          `assignee does not exist: user does not exist [uid: 0, name: ${String(login)}]`,
        ),
      );
    }
    return user;
  });
}

function isAsked(c: Ctx, issue: Issue): boolean {
  const state = c.req.query("state") ?? "open";
  const type = c.req.query("type") ?? "";
  const labels = (c.req.query("labels") ?? "").split(",").filter((name) => name !== "");
  const by = c.req.query("created_by") ?? "";
  return (
    (state === "all" || issue.state === state) &&
    (type === "" || (type === "pulls") === (issue.pull !== undefined)) &&
    labels.every((name) => issue.labels.some((label) => label.name === name)) &&
    (by === "" || issue.user.login.toLowerCase() === by.toLowerCase())
  );
}
