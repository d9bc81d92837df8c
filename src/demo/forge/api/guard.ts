import type { Context, MiddlewareHandler } from "hono";
import { canRead, rightsOf, type Unit } from "../access.ts";
import { tokenOf } from "../authentication.ts";
import type { ForgeEnv } from "../env.ts";
import type { User } from "../records.ts";
import { allows, missingScope, type ScopeCategory } from "../scope.ts";
import { fullName } from "../state.ts";
import { empty, failure, json, notFound, stop } from "./answer.ts";

type Ctx = Context<ForgeEnv>;

const NEEDS_ADMIN = "user should be an owner or a collaborator with admin write of a repository";

/** Who asks; a token that is not known is refused at once. */
export const authenticate: MiddlewareHandler<ForgeEnv> = async (c, next) => {
  const { state } = c.get("internals");
  const token = tokenOf(state, c.req.header("authorization"));
  if (token === "bad") return failure(c, 401, "user does not exist [uid: 0, name: ]");
  c.set("token", token);
  if (token?.user.mustChangePassword === true) {
    const message = `You must change your password. Change it at: ${state.url}//user/change_password`;
    return json({ message }, 403);
  }
  return next();
};

/** The token must reach this part of the API, to read or to write as the method says. */
export function scope(category: ScopeCategory): MiddlewareHandler<ForgeEnv> {
  return async (c, next) => {
    const token = c.get("token");
    const access = c.req.method === "GET" || c.req.method === "HEAD" ? "read" : "write";
    if (token !== undefined && !allows(token.scopes, access, category)) {
      return failure(c, 403, missingScope(token.scopes, access, category));
    }
    return next();
  };
}

/** Finds the repository of the path: 404 for whoever may not see it, a redirect from a former name. */
export const withRepository: MiddlewareHandler<ForgeEnv> = async (c, next) => {
  const { state } = c.get("internals");
  const name = `${c.req.param("owner")}/${c.req.param("repo")}`;
  const moved = state.redirects.get(name.toLowerCase());
  if (moved !== undefined) {
    const { pathname, search } = new URL(c.req.url);
    return c.redirect(`${state.url}${pathname.replace(name, fullName(moved))}${search}`, 307);
  }
  const repository = state.findRepository(name);
  const user = viewer(c);
  if (repository === undefined || !canRead(user, repository)) return notFound(c);
  c.set("repository", repository);
  c.set("rights", rightsOf(user, repository));
  return next();
};

/** Writes to an archived repository are refused, but for reactions: those Gitea takes. */
export const notArchived: MiddlewareHandler<ForgeEnv> = async (c, next) => {
  const repository = c.get("repository");
  if (repository.archived && c.req.method !== "GET" && !c.req.path.endsWith("/reactions")) {
    return failure(c, 423, `${fullName(repository)} is archived`);
  }
  return next();
};

export function viewer(c: Ctx): User | undefined {
  return c.get("token")?.user;
}

/** Whoever asks, who must be signed in. */
export function doer(c: Ctx): User {
  const user = viewer(c);
  if (user === undefined) throw stop(failure(c, 401, "token is required"));
  return user;
}

export function repositoryAdmin(c: Ctx): User {
  const user = doer(c);
  if (c.get("rights").mode < 3) throw stop(failure(c, 403, NEEDS_ADMIN));
  return user;
}

/** The author of something, or whoever may write to that part of the repository; others get an empty 403. */
export function authorOrWriter(c: Ctx, author: User, unit: Unit): User {
  const user = doer(c);
  if (user !== author && !mayWrite(c, unit)) throw stop(empty(403));
  return user;
}

export function mayWrite(c: Ctx, unit: Unit): boolean {
  return c.get("rights").units[unit] >= 2;
}
