import { Hono, type Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { setAssignees, setLabels } from "../issues.ts";
import { findLabel, labelNamed } from "../labels.ts";
import type { Issue } from "../records.ts";
import { empty, failure, invalid, json, notFound } from "./answer.ts";
import { listOf, nullable, optional, text } from "./fields.ts";
import { issueOf } from "./find.ts";
import { readable, threadPermission, writer } from "./guard.ts";
import { usersNamed } from "./issues.ts";
import { issueJson, labelJson } from "./json/issue.ts";
import { page, PAGED } from "./paging.ts";
import { readBody, readQuery } from "./read.ts";

type Ctx = Context<ForgeEnv>;

/** Labels of a repository, and labels and assignees of its issues. */
export function labelRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/labels", (c) => {
    readable(c, "issues");
    const { state } = c.get("internals");
    const repository = c.get("repository");
    return page(c, readQuery(c, PAGED), repository.labels, (label) =>
      labelJson(state, repository, label),
    );
  });
  app.post("/labels", async (c) => {
    const { state } = c.get("internals");
    const repository = c.get("repository");
    writer(c, "issues");
    const body = await readBody(c, {
      name: text,
      color: optional(text),
      description: nullable(text),
    });
    if (findLabel(repository, body.name) !== undefined) {
      return invalid({ resource: "Label", code: "already_exists", field: "name" });
    }
    if (!/^[0-9a-f]{6}$/i.test(body.color ?? "ededed")) {
      return invalid({ resource: "Label", code: "invalid", field: "color" });
    }
    const label = {
      id: state.nextId("label"),
      name: body.name,
      color: body.color ?? "ededed",
      description: body.description ?? "",
    };
    repository.labels.push(label);
    state.changed();
    return json(labelJson(state, repository, label), 201);
  });
  app.get("/issues/:number{[0-9]+}/labels", (c) => {
    readable(c, permissionOf(c));
    const { state } = c.get("internals");
    const issue = issueOf(c);
    return page(c, readQuery(c, PAGED), issue.labels, (label) =>
      labelJson(state, issue.repository, label),
    );
  });
  app.post("/issues/:number{[0-9]+}/labels", async (c) => {
    const internals = c.get("internals");
    const by = writer(c, permissionOf(c));
    const { labels } = await readBody(c, { labels: listOf(text) });
    const issue = issueOf(c);
    const named = labels.map((name) => labelNamed(internals.state, issue.repository, name));
    setLabels(internals, issue, [...new Set([...issue.labels, ...named])], by);
    return json(labelsJson(c, issue));
  });
  app.delete("/issues/:number{[0-9]+}/labels", (c) => {
    const by = writer(c, permissionOf(c));
    setLabels(c.get("internals"), issueOf(c), [], by);
    return empty();
  });
  app.delete("/issues/:number{[0-9]+}/labels/:name", (c) => {
    const by = writer(c, permissionOf(c));
    const issue = issueOf(c);
    const name = c.req.param("name").toLowerCase();
    const left = issue.labels.filter((label) => label.name.toLowerCase() !== name);
    if (left.length === issue.labels.length) return failure(404, "Label does not exist");
    setLabels(c.get("internals"), issue, left, by);
    return json(labelsJson(c, issue));
  });
  app.get("/assignees/:user", (c) => {
    readQuery(c, {});
    const { state } = c.get("internals");
    const user = state.findUser(c.req.param("user"));
    const repository = c.get("repository");
    const isOne =
      user !== undefined && (repository.owner === user || repository.collaborators.has(user));
    return isOne ? empty() : notFound();
  });
  app.on(["POST", "DELETE"], "/issues/:number{[0-9]+}/assignees", async (c) => {
    const internals = c.get("internals");
    const by = writer(c, permissionOf(c));
    const { assignees } = await readBody(c, { assignees: listOf(text) });
    const issue = issueOf(c);
    const named = usersNamed(internals.state, assignees);
    const isAdding = c.req.method === "POST";
    const wanted = isAdding
      ? [...new Set([...issue.assignees, ...named])]
      : issue.assignees.filter((user) => !named.includes(user));
    setAssignees(internals, issue, wanted, by);
    return json(issueJson(internals.state, issue), isAdding ? 201 : 200);
  });
  return app;
}

function permissionOf(c: Ctx) {
  return threadPermission(c.get("repository"), Number(c.req.param("number")));
}

function labelsJson(c: Ctx, issue: Issue) {
  const { state } = c.get("internals");
  return issue.labels.map((label) => labelJson(state, issue.repository, label));
}
