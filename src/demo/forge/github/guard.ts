import type { Context, MiddlewareHandler } from "hono";
import { canRead, rightsOf, rightsOfToken } from "../access.ts";
import { tokenOf } from "../authentication.ts";
import type { ForgeEnv } from "../env.ts";
import { isPull } from "../json/pull.ts";
import type { App, Repository, Token, User } from "../records.ts";
import { DOCUMENTATION, failure, json, notFound, stop } from "./answer.ts";
import { mayUse, type Permission } from "./grant.ts";
import { looksLikeJwt, verifyJwt } from "./jwt.ts";

type Ctx = Context<ForgeEnv>;

const INTEGRATION = "Resource not accessible by integration";

/** Who asks: a person, an installation of an App, or an App itself by a signed token. */
export const authenticate: MiddlewareHandler<ForgeEnv> = async (c, next) => {
  const { state } = c.get("internals");
  const authorization = c.req.header("authorization");
  const [scheme = "", credential = ""] = (authorization ?? "").split(/\s+/);
  if (scheme.toLowerCase() === "bearer" && looksLikeJwt(credential)) {
    const app = verifyJwt(state, credential);
    if (typeof app === "string") return failure(401, app);
    c.set("integration", app);
    return next();
  }
  const token = tokenOf(state, authorization);
  if (token === "bad") return failure(401, "Bad credentials");
  c.set("token", token);
  return next();
};

/** Finds the repository of the path: 404 for whoever may not see it, a redirect from a former name. */
export const withRepository: MiddlewareHandler<ForgeEnv> = async (c, next) => {
  const { state } = c.get("internals");
  const { owner, repo, repositoryId } = c.req.param() as Partial<Record<string, string>>;
  const name = `${owner}/${repo}`.toLowerCase();
  const moved = repositoryId === undefined ? state.redirects.get(name) : undefined;
  if (moved !== undefined && maySee(c, moved)) return redirect(c, moved);
  const repository =
    repositoryId === undefined
      ? state.repositories.get(name)
      : [...state.repositories.values()].find((one) => String(one.id) === repositoryId);
  if (repository === undefined || !maySee(c, repository)) return notFound();
  c.set("repository", repository);
  c.set("rights", rightsOfToken(c.get("token"), repository));
  if (repository.archived && c.req.method !== "GET") {
    return failure(403, "Repository was archived so is read-only.");
  }
  return next();
};

/** The App that signed the request. */
export function integration(c: Ctx): App {
  const app = c.get("integration");
  if (app === undefined) throw stop(failure(401, "A JSON web token could not be decoded"));
  return app;
}

/** Whoever asks, who must be signed in as somebody. */
export function doer(c: Ctx): User {
  const token = c.get("token");
  if (token === undefined) throw stop(failure(401, "Requires authentication"));
  return token.user;
}

/** Whoever asks, whose token must reach that far in this repository. */
export function permitted(c: Ctx, permission: Permission, access: "read" | "write"): User {
  const user = doer(c);
  const token = c.get("token");
  if (token === undefined || !grants(token, c.get("repository"), permission, access)) {
    throw stop(token?.installation === undefined ? notFound() : failure(403, INTEGRATION));
  }
  return user;
}

/** Reads need no more than sight of a public repository, but a token must be good for what it asks. */
export function readable(c: Ctx, permission: Permission): void {
  const token = c.get("token");
  const repository = c.get("repository");
  if (token === undefined || !repository.private) return;
  permitted(c, permission, "read");
}

/** Somebody who may push, with a token that reaches that far. */
export function writer(c: Ctx, permission: Permission): User {
  const user = permitted(c, permission, "write");
  if (c.get("rights").units.code < 2) {
    throw stop(failure(403, "Must have admin rights to Repository."));
  }
  return user;
}

/** A repository's admin; to others its hooks are not there. */
export function repositoryAdmin(c: Ctx, access: "read" | "write"): User {
  const user = permitted(c, "repository_hooks", access);
  const isApp = c.get("token")?.installation !== undefined;
  if (!isApp && c.get("rights").mode < 3) throw stop(notFound());
  return user;
}

/** `issues` or `pull_requests`, whichever the number of the path is. */
export function threadPermission(repository: Repository, number: number): Permission {
  return isPull(repository.issues.get(number)) ? "pull_requests" : "issues";
}

function grants(
  token: Token,
  repository: Repository,
  permission: Permission,
  access: "read" | "write",
): boolean {
  const grant = token.installation;
  // Of other accounts an installation sees what is public, and nothing more.
  if (grant !== undefined && rightsOfToken(token, repository).units.code < 2) {
    return access === "read" && !repository.private;
  }
  return mayUse(token, repository, permission, access);
}

function maySee(c: Ctx, repository: Repository): boolean {
  const token = c.get("token");
  if (token?.installation !== undefined) {
    return rightsOfToken(token, repository).units.code > 0;
  }
  const app = c.get("integration");
  if (app !== undefined) return rightsOf(app.bot, repository).units.code > 0;
  if (token === undefined) return canRead(undefined, repository);
  return (
    canRead(token.user, repository) &&
    (!repository.private || mayUse(token, repository, "contents", "read"))
  );
}

/** By the number, so that no further change of names matters. */
function redirect(c: Ctx, repository: Repository): Response {
  const { state } = c.get("internals");
  const { pathname, search } = new URL(c.req.url);
  const rest = pathname.split("/").slice(6).join("/");
  const url = `${state.url}/api/v3/repositories/${repository.id}${rest === "" ? "" : `/${rest}`}${search}`;
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  const message = isRead ? "Moved Permanently" : "Temporary Redirect";
  const body = { message, url, documentation_url: DOCUMENTATION };
  return json(body, isRead ? 301 : 307, { location: url });
}
