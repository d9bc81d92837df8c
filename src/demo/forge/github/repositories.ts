import { Hono } from "hono";
import { rightsOf, rightsOfToken } from "../access.ts";
import type { ForgeEnv } from "../env.ts";
import type { Access } from "../sandbox.ts";
import type { Repository, User } from "../records.ts";
import { failure, json } from "./answer.ts";
import { doer } from "./guard.ts";
import { fullRepositoryJson, permissionsJson } from "./json/repository.ts";
import { userJson } from "./json/user.ts";
import { readQuery } from "./read.ts";
import type { Schemas } from "./schemas.ts";

export function repositoryRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/", (c) => {
    readQuery(c, {});
    const { state } = c.get("internals");
    return json(fullRepositoryJson(state, c.get("repository"), c.get("rights").units.code));
  });
  app.get("/collaborators/:user/permission", (c) => {
    readQuery(c, {});
    const { state } = c.get("internals");
    const repository = c.get("repository");
    doer(c);
    if (rightsOfToken(c.get("token"), repository).units.code < 2) {
      return failure(403, "Must have push access to view collaborator permission.");
    }
    const name = c.req.param("user");
    const user = state.findUser(name);
    // Apps have no role of their own.
    if (user === undefined || user.app !== undefined) return failure(404, `${name} is not a user`);
    const role = roleOf(user, repository);
    return json({
      permission: PERMISSIONS[role],
      role_name: role,
      user: {
        ...userJson(state, user),
        permissions: permissionsJson(rightsOf(user, repository).units.code),
        role_name: role,
      },
    } satisfies Schemas["repository-collaborator-permission"]);
  });
  return app;
}

/** The older, coarser word for each role. */
const PERMISSIONS = {
  none: "none",
  read: "read",
  triage: "read",
  write: "write",
  maintain: "write",
  admin: "admin",
} as const satisfies Record<Access | "none", string>;

/** The highest of all roles that somebody has. */
function roleOf(user: User, repository: Repository): Access | "none" {
  const { code } = rightsOf(user, repository).units;
  const own = repository.collaborators.get(user);
  if (code >= 3) return "admin";
  if (code === 2) return own === "maintain" ? "maintain" : "write";
  if (code === 1) return own === "triage" ? "triage" : "read";
  return "none";
}
