import { Hono, type Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { setLabels } from "../issues.ts";
import { labelJson } from "../json/issue.ts";
import type { Issue, Label } from "../records.ts";
import { empty, json, notFound } from "./answer.ts";
import { optionalList, optionalText, readBody, requiredText } from "./body.ts";
import { issueOr404, labelsNamed, unitOf } from "./find.ts";
import { doer, mayWrite } from "./guard.ts";
import { page } from "./paging.ts";

type Ctx = Context<ForgeEnv>;

export function labelRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/:owner/:repo/labels", (c) => {
    const repository = c.get("repository");
    const labels = repository.labels.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return page(c, labels, (label) => labelJson(c.get("internals").state, { repository }, label));
  });
  app.post("/:owner/:repo/labels", async (c) => {
    const { state } = c.get("internals");
    const repository = c.get("repository");
    doer(c);
    if (!mayWrite(c, "issues") && !mayWrite(c, "pulls")) return empty(403);
    const body = await readBody(c);
    const label: Label = {
      id: state.nextId("label"),
      name: requiredText(c, body, "name", "Name"),
      color: requiredText(c, body, "color", "Color").replace(/^#/, "").toLowerCase(),
      description: optionalText(body, "description") ?? "",
    };
    repository.labels.push(label);
    state.changed();
    return json(labelJson(state, { repository }, label), 201);
  });
  const ofIssue = "/:owner/:repo/issues/:index{[0-9]+}/labels";
  app.get(ofIssue, (c) => list(c, issueOr404(c)));
  app.post(ofIssue, async (c) =>
    update(c, (issue, named) => [...new Set([...issue.labels, ...named])]),
  );
  app.put(ofIssue, async (c) => update(c, (_issue, named) => named));
  app.delete(ofIssue, async (c) => {
    await update(c, () => []);
    return empty(204);
  });
  app.delete(`${ofIssue}/:id`, async (c) => {
    const id = c.req.param("id");
    const isMeant = (label: Label) => String(label.id) === id || label.name === id;
    if (!issueOr404(c).labels.some(isMeant)) return notFound(c);
    await update(c, (issue) => issue.labels.filter((label) => !isMeant(label)));
    return empty(204);
  });
  return app;
}

async function update(
  c: Ctx,
  wanted: (issue: Issue, named: Label[]) => Label[],
): Promise<Response> {
  const issue = issueOr404(c);
  const by = doer(c);
  if (!mayWrite(c, unitOf(issue))) return empty(403);
  const body = c.req.method === "DELETE" ? {} : await readBody(c);
  setLabels(
    c.get("internals"),
    issue,
    wanted(issue, labelsNamed(c, optionalList(body, "labels") ?? [])),
    by,
  );
  return list(c, issue);
}

function list(c: Ctx, issue: Issue): Response {
  const { state } = c.get("internals");
  return json(issue.labels.map((label) => labelJson(state, issue, label)));
}
