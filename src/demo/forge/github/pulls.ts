import { Hono, type Context } from "hono";
import { rightsOf, rightsOfToken } from "../access.ts";
import type { ForgeEnv } from "../env.ts";
import { editIssue, setIssueState } from "../issues.ts";
import type { PullIssue } from "../json/pull.ts";
import { createPull, headOf, openPull, pullsOf, requestReview } from "../pulls.ts";
import { failure, invalid, json, malformed, type Problem } from "./answer.ts";
import { flag, listOf, nullable, oneOf, optional, text } from "./fields.ts";
import { pullOf } from "./find.ts";
import { permitted, readable, writer } from "./guard.ts";
import { pullJson, simplePullJson } from "./json/pull.ts";
import { page, PAGED, sorted } from "./paging.ts";
import { readBody, readQuery } from "./read.ts";
import { fullName } from "../state.ts";

type Ctx = Context<ForgeEnv>;

export function pullRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/pulls", (c) => {
    readable(c, "pull_requests");
    const { state } = c.get("internals");
    const query = readQuery(c, {
      ...PAGED,
      state: optional(oneOf("open", "closed", "all")),
      head: optional(text),
      base: optional(text),
      sort: optional(oneOf("created", "updated")),
      direction: optional(oneOf("asc", "desc")),
    });
    const { state: wanted = "open", sort = "created" } = query;
    const found = pullsOf(c.get("repository")).filter(
      (issue) =>
        (wanted === "all" || issue.state === wanted) &&
        isFrom(issue, query.head) &&
        (query.base === undefined || issue.pull.base === query.base),
    );
    const direction =
      query.direction ?? (query.sort === undefined || sort === "created" ? "desc" : "asc");
    const order = sort === "created" ? createdAt : updatedAt;
    return page(c, query, sorted(found, direction, order), (issue) => simplePullJson(state, issue));
  });
  app.post("/pulls", async (c) => create(c));
  app.get("/pulls/:number{[0-9]+}", (c) => {
    readQuery(c, {});
    readable(c, "pull_requests");
    return json(pullJson(c.get("internals").state, pullOf(c)));
  });
  app.patch("/pulls/:number{[0-9]+}", async (c) => {
    const internals = c.get("internals");
    const issue = pullOf(c);
    const by = permitted(c, "pull_requests", "write");
    const body = await readBody(c, {
      title: optional(text),
      body: nullable(text),
      state: optional(oneOf("open", "closed")),
    });
    if (by !== issue.user && c.get("rights").units.code < 2) {
      return failure(403, "Must have admin rights to Repository.");
    }
    if (issue.pull.merged !== undefined && body.state === "open") {
      return invalid({
        resource: "PullRequest",
        field: "state",
        code: "invalid",
        message: "state cannot be changed. The pull request was merged.",
      });
    }
    editIssue(internals, issue, by, body);
    if (body.state !== undefined) setIssueState(internals, issue, body.state, by);
    return json(pullJson(internals.state, issue));
  });
  app.post("/pulls/:number{[0-9]+}/requested_reviewers", async (c) => askForReview(c));
  return app;
}

async function create(c: Ctx): Promise<Response> {
  const internals = c.get("internals");
  const repository = c.get("repository");
  const by = permitted(c, "pull_requests", "write");
  const body = await readBody(c, {
    title: text,
    head: text,
    base: text,
    body: nullable(text),
    draft: optional(flag),
    maintainer_can_modify: optional(flag),
  });
  if (body.title.trim() === "") return refuse({ field: "title", code: "missing_field" });
  const side = headOf(internals, repository, body.head);
  const head = side?.from.branches.get(side.branch);
  if (side === undefined || head === undefined) return refuse({ field: "head", code: "invalid" });
  const base = repository.branches.get(body.base);
  if (base === undefined) return refuse({ field: "base", code: "invalid" });
  const mayPush =
    rightsOf(by, side.from).units.code >= 2 ||
    rightsOfToken(c.get("token"), repository).units.code >= 2;
  if (!mayPush) return refuse({ field: "user", code: "custom", message: "must be a collaborator" });
  if (openPull(repository, body.base, side.branch, side.from) !== undefined) {
    const message = `A pull request already exists for ${side.from.owner.login}:${side.branch}.`;
    return refuse({ code: "custom", message });
  }
  // Asked in the head's repository: a fork has the base's history up to where it was made.
  const ahead = await internals.git.run(side.from.gitDir, [
    "rev-list",
    "--count",
    "--ignore-missing",
    head,
    `^${base}`,
  ]);
  if (Number(ahead) === 0) {
    const message = `No commits between ${body.base} and ${body.head}`;
    return refuse({ code: "custom", message });
  }
  const issue = await createPull(internals, repository, {
    by,
    title: body.title,
    body: body.body ?? "",
    head: side.branch,
    from: side.from,
    base: body.base,
    draft: body.draft ?? false,
  });
  const shown = pullJson(internals.state, issue);
  return json(shown, 201, { location: shown.url });
}

function refuse(problem: Omit<Problem, "resource">): Response {
  return invalid({ resource: "PullRequest", ...problem });
}

async function askForReview(c: Ctx): Promise<Response> {
  const internals = c.get("internals");
  const issue = pullOf(c);
  const by = writer(c, "pull_requests");
  const { reviewers = [], team_reviewers = [] } = await readBody(c, {
    reviewers: optional(listOf(text)),
    team_reviewers: optional(listOf(text)),
  });
  if (team_reviewers.length > 0) {
    return failure(422, notCollaborators(issue));
  }
  if (reviewers.length === 0) return malformed('"reviewers" wasn\'t supplied.');
  const people = reviewers.map((login) => internals.state.findUser(login));
  for (const user of people) {
    if (user === issue.user) {
      return failure(422, "Review cannot be requested from pull request author.");
    }
    const isCollaborator =
      user !== undefined &&
      (issue.repository.owner === user ||
        issue.repository.collaborators.has(user) ||
        rightsOf(user, issue.repository).units.code >= 2);
    if (!isCollaborator) return failure(422, notCollaborators(issue));
  }
  for (const user of people) {
    if (user !== undefined) requestReview(internals, issue, user, by);
  }
  return json(simplePullJson(internals.state, issue), 201);
}

function notCollaborators({ repository }: PullIssue): string {
  return `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${fullName(repository)} repository.`;
}

/** As on GitHub, a head that is not `owner:branch` filters nothing. */
function isFrom({ pull }: PullIssue, head: string | undefined): boolean {
  if (head?.includes(":") !== true) return true;
  return `${pull.headRepository.owner.login}:${pull.head}`.toLowerCase() === head.toLowerCase();
}

function createdAt(issue: PullIssue): number {
  return issue.createdAt;
}

function updatedAt(issue: PullIssue): number {
  return issue.updatedAt;
}
