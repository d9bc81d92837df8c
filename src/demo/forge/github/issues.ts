import { Hono } from "hono";
import type { ForgeEnv } from "../env.ts";
import { createIssue, editIssue, setAssignees, setIssueState, setLabels } from "../issues.ts";
import { labelNamed } from "../labels.ts";
import type { Issue, User } from "../records.ts";
import type { ForgeState } from "../state.ts";
import { failure, invalid, json, notFound, stop } from "./answer.ts";
import { listOf, nullable, oneOf, optional, text, time } from "./fields.ts";
import { issueOf } from "./find.ts";
import { permitted, readable, threadPermission } from "./guard.ts";
import { eventJson } from "./json/event.ts";
import { issueJson, singleIssueJson } from "./json/issue.ts";
import { page, PAGED, since, sorted } from "./paging.ts";
import { readBody, readQuery } from "./read.ts";

const LISTED = {
  ...PAGED,
  state: optional(oneOf("open", "closed", "all")),
  since: optional(time),
  sort: optional(oneOf("created", "updated", "comments")),
  direction: optional(oneOf("asc", "desc")),
  labels: optional(text),
  assignee: optional(text),
  creator: optional(text),
};

export function issueRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/issues", (c) => {
    readable(c, "issues");
    const { state } = c.get("internals");
    const query = readQuery(c, LISTED);
    const wanted = [...c.get("repository").issues.values()].filter((issue) =>
      isAsked(issue, query),
    );
    const { sort = "created", direction = "desc" } = query;
    const order = { created: createdAt, updated: updatedAt, comments: commentCount }[sort];
    const recent = since(wanted, query.since, updatedAt);
    return page(c, query, sorted(recent, direction, order), (issue) => issueJson(state, issue));
  });
  app.post("/issues", async (c) => {
    const internals = c.get("internals");
    const by = permitted(c, "issues", "write");
    const body = await readBody(c, {
      title: text,
      body: nullable(text),
      labels: optional(listOf(text)),
      assignees: optional(listOf(text)),
    });
    const repository = c.get("repository");
    // What those without the right to push ask for beyond the text is dropped without a word.
    const isTrusted = c.get("rights").units.code >= 2;
    const issue = createIssue(internals, repository, {
      by,
      title: body.title,
      body: body.body ?? "",
      labels: isTrusted
        ? (body.labels ?? []).map((name) => labelNamed(internals.state, repository, name))
        : [],
      assignees: isTrusted ? usersNamed(internals.state, body.assignees ?? []) : [],
    });
    return json(singleIssueJson(internals.state, issue), 201);
  });
  app.get("/issues/:number{[0-9]+}", (c) => {
    readQuery(c, {});
    readable(c, threadPermission(c.get("repository"), Number(c.req.param("number"))));
    return json(singleIssueJson(c.get("internals").state, issueOf(c)));
  });
  app.patch("/issues/:number{[0-9]+}", async (c) => {
    const internals = c.get("internals");
    const by = permitted(
      c,
      threadPermission(c.get("repository"), Number(c.req.param("number"))),
      "write",
    );
    const body = await readBody(c, {
      title: optional(text),
      body: nullable(text),
      state: optional(oneOf("open", "closed")),
      state_reason: nullable(oneOf("completed", "not_planned", "duplicate", "reopened")),
      labels: optional(listOf(text)),
      assignees: optional(listOf(text)),
    });
    const issue = issueOf(c);
    const mayWrite = c.get("rights").units.code >= 2;
    if (by !== issue.user && !mayWrite) {
      throw stop(failure(403, "Must have admin rights to Repository."));
    }
    editIssue(internals, issue, by, body);
    if (mayWrite && body.labels !== undefined) {
      const named = body.labels.map((name) => labelNamed(internals.state, issue.repository, name));
      setLabels(internals, issue, named, by);
    }
    if (mayWrite && body.assignees !== undefined) {
      setAssignees(internals, issue, usersNamed(internals.state, body.assignees), by);
    }
    if (body.state !== undefined) setIssueState(internals, issue, body.state, by);
    return json(singleIssueJson(internals.state, issue));
  });
  app.get("/issues/:number{[0-9]+}/events", (c) => {
    const query = readQuery(c, PAGED);
    readable(c, threadPermission(c.get("repository"), Number(c.req.param("number"))));
    const { state } = c.get("internals");
    const events = issueOf(c).timeline.flatMap((entry) => {
      const event = entry.kind === "event" ? eventJson(state, entry) : undefined;
      return event === undefined ? [] : [event];
    });
    return page(c, query, events, (event) => event);
  });
  app.get("/issues/events/:id{[0-9]+}", (c) => {
    readQuery(c, {});
    readable(c, "issues");
    const { state } = c.get("internals");
    const entry = [...c.get("repository").issues.values()]
      .flatMap((issue) => issue.timeline)
      .find((one) => one.id === Number(c.req.param("id")));
    const event = entry?.kind === "event" ? eventJson(state, entry) : undefined;
    return event === undefined ? notFound() : json(event);
  });
  return app;
}

/** People who exist; 422 for the first one who does not. */
export function usersNamed(state: ForgeState, logins: readonly string[]): User[] {
  return logins.map((login) => {
    const user = state.findUser(login);
    if (user !== undefined) return user;
    throw stop(invalid({ resource: "Issue", field: "assignees", code: "invalid", value: [login] }));
  });
}

function createdAt(issue: Issue): number {
  return issue.createdAt;
}

function updatedAt(issue: Issue): number {
  return issue.updatedAt;
}

function commentCount(issue: Issue): number {
  return issue.timeline.filter((entry) => entry.kind === "comment").length;
}

function isAsked(
  issue: Issue,
  query: {
    readonly state: "open" | "closed" | "all" | undefined;
    readonly labels: string | undefined;
    readonly assignee: string | undefined;
    readonly creator: string | undefined;
  },
): boolean {
  const { state = "open", labels = "", assignee, creator } = query;
  const names = labels.split(",").filter((name) => name !== "");
  return (
    (state === "all" || issue.state === state) &&
    names.every((name) => issue.labels.some((label) => label.name === name)) &&
    (assignee === undefined || issue.assignees.some((user) => user.login === assignee)) &&
    (creator === undefined || issue.user.login.toLowerCase() === creator.toLowerCase())
  );
}
