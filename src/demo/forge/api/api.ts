import { Hono } from "hono";
import type { ForgeEnv } from "../env.ts";
import type { ScopeCategory } from "../scope.ts";
import { notFound } from "./answer.ts";
import { collaboratorRoutes } from "./collaborators.ts";
import { commentRoutes } from "./comments.ts";
import { authenticate, notArchived, scope, withRepository } from "./guard.ts";
import { hookRoutes } from "./hooks.ts";
import { issueRoutes } from "./issues.ts";
import { labelRoutes } from "./labels.ts";
import { organizationRoutes } from "./organizations.ts";
import { pullRoutes } from "./pulls.ts";
import { reactionRoutes } from "./reactions.ts";
import { reviewRoutes } from "./reviews.ts";
import { repositoryRoutes } from "./repositories.ts";
import { settingsRoutes } from "./settings.ts";
import { userRoutes } from "./users.ts";

/** Everything under /api/v1. */
export function apiRoutes(): Hono<ForgeEnv> {
  const api = new Hono<ForgeEnv>();
  api.use(authenticate);
  api.route("/", settingsRoutes());
  api.route("/", userRoutes());
  api.route("/", organizationRoutes());

  const repository = new Hono<ForgeEnv>();
  repository.use("/:owner/:repo/*", async (c, next) => scope(categoryOf(c.req.path))(c, next));
  repository.use("/:owner/:repo/*", withRepository);
  for (const part of ["issues", "labels", "pulls"])
    repository.use(`/:owner/:repo/${part}/*`, notArchived);
  for (const routes of [
    repositoryRoutes(),
    collaboratorRoutes(),
    // Before the issues: /issues/comments would be read as an issue.
    commentRoutes(),
    reactionRoutes(),
    issueRoutes(),
    labelRoutes(),
    // Before the pull requests: a path of theirs takes everything below a base branch.
    reviewRoutes(),
    pullRoutes(),
    hookRoutes(),
  ]) {
    repository.route("/", routes);
  }
  api.route("/repos", repository);
  api.all("*", (c) => notFound(c));
  return api;
}

function categoryOf(path: string): ScopeCategory {
  const [, , , , , , part] = path.split("/");
  return part === "issues" || part === "labels" ? "issue" : "repository";
}
