import { Hono } from "hono";
import type { ForgeEnv } from "../env.ts";
import { notFound } from "./answer.ts";
import { appRoutes, repositoryInstallationRoutes } from "./app-routes.ts";
import { branchRoutes } from "./branches.ts";
import { commentRoutes } from "./comments.ts";
import { envelope } from "./envelope.ts";
import { authenticate, withRepository } from "./guard.ts";
import { organizationHookRoutes, repositoryHookRoutes } from "./hooks.ts";
import { issueRoutes } from "./issues.ts";
import { labelRoutes } from "./labels.ts";
import { conversionRoutes } from "./manifest.ts";
import { pullRoutes } from "./pulls.ts";
import { reactionRoutes } from "./reactions.ts";
import { repositoryRoutes } from "./repositories.ts";
import { reviewRoutes } from "./reviews.ts";
import { userRoutes } from "./users.ts";

/** Everything under /api/v3, the address that a GitHub Enterprise Server has for its API. */
export function githubRoutes(): Hono<ForgeEnv> {
  const api = new Hono<ForgeEnv>();
  api.use(envelope);
  api.use(authenticate);
  for (const routes of [userRoutes(), appRoutes(), conversionRoutes(), organizationHookRoutes()]) {
    api.route("/", routes);
  }
  for (const path of ["/repos/:owner/:repo", "/repositories/:repositoryId{[0-9]+}"]) {
    api.use(path, withRepository);
    api.use(`${path}/*`, withRepository);
    for (const routes of [
      repositoryRoutes(),
      repositoryInstallationRoutes(),
      // Before the issues: /issues/comments would be read as an issue.
      commentRoutes(),
      reactionRoutes(),
      issueRoutes(),
      labelRoutes(),
      branchRoutes(),
      reviewRoutes(),
      pullRoutes(),
      repositoryHookRoutes(),
    ]) {
      api.route(path, routes);
    }
  }
  api.all("*", () => notFound());
  return api;
}
