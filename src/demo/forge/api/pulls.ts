import { Hono, type Context } from "hono";
import { rightsOf } from "../access.ts";
import type { ForgeEnv } from "../env.ts";
import {
  changedFilesJson,
  isPull,
  pullJson,
  reviewRequestJson,
  type PullIssue,
} from "../json/pull.ts";
import { createPull, headOf, mergePull, openPull, pullsOf, requestReview } from "../pulls.ts";
import type { User } from "../records.ts";
import { empty, failure, json, notFound } from "./answer.ts";
import { optionalList, optionalText, readBody } from "./body.ts";
import { pullOr404 } from "./find.ts";
import { authorOrWriter, doer, mayWrite, viewer } from "./guard.ts";
import { change } from "./issues.ts";
import { asked, page } from "./paging.ts";

type Ctx = Context<ForgeEnv>;

export function pullRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/:owner/:repo/pulls", (c) => {
    const { state } = c.get("internals");
    // As on Gitea an empty repository cannot have any.
    if (c.get("repository").branches.size === 0) return notFound(c);
    return page(c, sorted(c, pullsOf(c.get("repository"))), (issue) =>
      pullJson(state, issue, viewer(c), "list"),
    );
  });
  app.post("/:owner/:repo/pulls", async (c) => create(c));
  app.get("/:owner/:repo/pulls/:index{[0-9]+}", (c) => show(c, pullOr404(c)));
  app.patch("/:owner/:repo/pulls/:index{[0-9]+}", async (c) => {
    const issue = pullOr404(c);
    const by = authorOrWriter(c, issue.user, "pulls");
    const body = await readBody(c);
    if (issue.pull.merged !== undefined && body["state"] !== undefined) {
      return failure(c, 412, "cannot change state of this pull request, it was already merged");
    }
    change(c, issue, by, body);
    return show(c, issue, 201);
  });
  app.get("/:owner/:repo/pulls/:index{[0-9]+}/files", (c) => {
    const files = changedFilesJson(c.get("internals").state, pullOr404(c));
    const { number, size } = asked(c);
    const pages = Math.ceil(files.length / size);
    const response = page(c, files, (file) => file);
    response.headers.set(
      "access-control-expose-headers",
      "X-Total-Count, X-Page, X-PerPage, X-PageCount, X-HasMore",
    );
    response.headers.set("x-page", String(number));
    response.headers.set("x-perpage", String(size));
    response.headers.set("x-pagecount", String(pages));
    response.headers.set("x-hasmore", String(number < pages));
    return response;
  });
  app.post("/:owner/:repo/pulls/:index{[0-9]+}/requested_reviewers", async (c) => askForReview(c));
  app.get("/:owner/:repo/pulls/:index{[0-9]+}/merge", (c) =>
    pullOr404(c).pull.merged === undefined ? notFound(c) : empty(204),
  );
  app.post("/:owner/:repo/pulls/:index{[0-9]+}/merge", async (c) => {
    const by = doer(c);
    const issue = pullOr404(c);
    if (!mayWrite(c, "code")) return failure(c, 405, "User not allowed to merge PR");
    if (issue.state === "closed") return notFound(c);
    if (!issue.pull.difference.mergeable) return failure(c, 405, "Please try again later");
    await mergePull(c.get("internals"), issue, by);
    return empty(200);
  });
  app.get("/:owner/:repo/pulls/:base/:head{.+}", (c) => {
    const { base, head } = c.req.param();
    const all = pullsOf(c.get("repository")).toReversed();
    const issue = all.find(({ pull }) => pull.base === base && pull.head === head);
    return issue === undefined ? notFound(c) : show(c, issue);
  });
  return app;
}

async function create(c: Ctx): Promise<Response> {
  const internals = c.get("internals");
  const repository = c.get("repository");
  const by = doer(c);
  const body = await readBody(c);
  const found = headOf(internals, repository, optionalText(body, "head") ?? "");
  if (found === undefined) return notFound(c);
  const { from, branch: head } = found;
  const base = optionalText(body, "base") ?? "";
  if (from === repository && head === base) {
    return failure(
      c,
      422,
      "Invalid PullRequest: There are no changes between the head and the base",
    );
  }
  if (!from.branches.has(head) || !repository.branches.has(base)) return notFound(c);
  const existing = openPull(repository, base, head, from);
  if (existing !== undefined) {
    const ids = `id: ${existing.pull.id}, issue_id: ${existing.id}, head_repo_id: ${from.id}, base_repo_id: ${repository.id}`;
    return failure(
      c,
      409,
      `pull request already exists for these targets [${ids}, head_branch: ${head}, base_branch: ${base}]`,
    );
  }
  const title = optionalText(body, "title") ?? "";
  const draft = { by, title, body: optionalText(body, "body") ?? "", head, from, base };
  return show(c, await createPull(internals, repository, draft), 201);
}

async function askForReview(c: Ctx): Promise<Response> {
  const internals = c.get("internals");
  const { state } = internals;
  const by = doer(c);
  const issue = pullOr404(c);
  const { repository } = issue;
  const reviewers = [];
  for (const login of optionalList(await readBody(c), "reviewers") ?? []) {
    const reviewer = state.findUser(String(login));
    if (reviewer === undefined) return notFound(c, `User '${String(login)}' not exist`);
    reviewers.push(reviewer);
  }
  const requests = [];
  for (const reviewer of reviewers) {
    const refuse = (reason: string) =>
      failure(c, 422, `${reason} [user_id: ${reviewer.id}, repo_id: ${repository.id}]`);
    if (issue.state === "closed" && hasReviewed(issue, reviewer))
      return failure(c, 403, "cannot request review on a closed pull request");
    if (rightsOf(reviewer, repository).units.pulls === 0) return refuse("Reviewer can't read");
    if (reviewer === issue.user) return refuse("poster of pr can't be reviewer");
    if (by !== issue.user && !mayWrite(c, "pulls")) return refuse("Doer can't choose reviewer");
    const request = requestReview(internals, issue, reviewer, by);
    if (request !== undefined) requests.push(request);
  }
  return json(
    requests.map((request) => reviewRequestJson(state, issue, request, by)),
    201,
  );
}

/** Who has, and was not asked again since: only then Gitea looks at the state. */
function hasReviewed({ pull }: PullIssue, person: User): boolean {
  const isAsked = pull.reviewRequests.some(({ reviewer }) => reviewer === person);
  return !isAsked && pull.reviews.some(({ user }) => user === person);
}

function show(c: Ctx, issue: PullIssue, status = 200): Response {
  return json(pullJson(c.get("internals").state, issue, viewer(c)), status);
}

function sorted(c: Ctx, pulls: readonly PullIssue[]): PullIssue[] {
  const state = c.req.query("state") ?? "open";
  const wanted = pulls.filter(
    (issue) => isPull(issue) && (state === "all" || issue.state === state),
  );
  switch (c.req.query("sort") ?? "") {
    case "oldest":
      return wanted;
    case "recentupdate":
      return wanted.toSorted((a, b) => b.updatedAt - a.updatedAt);
    case "leastupdate":
      return wanted.toSorted((a, b) => a.updatedAt - b.updatedAt);
    default:
      return wanted.toReversed();
  }
}
