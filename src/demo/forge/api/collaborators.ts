import { Hono } from "hono";
import { assigneesOf, levelName, rightsOf, sees } from "../access.ts";
import type { ForgeEnv } from "../env.ts";
import { teamJson } from "../json/team.ts";
import { userJson } from "../json/user.ts";
import { empty, failure, json, notFound } from "./answer.ts";
import { optionalText, readBody } from "./body.ts";
import { doer, repositoryAdmin, viewer } from "./guard.ts";
import { page } from "./paging.ts";

const ONLY_OWN =
  "Only admins can query all permissions, repo admins can query all repo permissions, collaborators can query only their own";

export function collaboratorRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/:owner/:repo/collaborators", (c) => {
    const user = doer(c);
    const people = [...c.get("repository").collaborators.keys()];
    return page(c, people, (one) => userJson(c.get("internals").state, one, user));
  });
  app.get("/:owner/:repo/collaborators/:user", (c) => {
    doer(c);
    const user = c.get("internals").state.findUser(c.req.param("user"));
    return user !== undefined && c.get("repository").collaborators.has(user)
      ? empty(204)
      : notFound(c);
  });
  app.put("/:owner/:repo/collaborators/:user", async (c) => {
    repositoryAdmin(c);
    const { state } = c.get("internals");
    const user = state.findUser(c.req.param("user"));
    if (user === undefined)
      return failure(c, 422, `user does not exist [uid: 0, name: ${c.req.param("user")}]`);
    const wanted = optionalText(await readBody(c), "permission");
    const access = wanted === "read" || wanted === "admin" ? wanted : "write";
    c.get("repository").collaborators.set(user, access);
    state.changed();
    return empty(204);
  });
  app.get("/:owner/:repo/collaborators/:user/permission", (c) => {
    const { state } = c.get("internals");
    const user = doer(c);
    const name = c.req.param("user");
    const isSelf = user.login.toLowerCase() === name.toLowerCase();
    if (!user.admin && !isSelf && c.get("rights").mode < 3) return failure(c, 403, ONLY_OWN);
    const collaborator = state.findUser(name);
    if (collaborator === undefined)
      return failure(c, 404, `user does not exist [uid: 0, name: ${name}]`);
    const permission = levelName(rightsOf(collaborator, c.get("repository")).mode);
    return json({ permission, role_name: permission, user: userJson(state, collaborator, user) });
  });
  app.get("/:owner/:repo/assignees", (c) => {
    const { state } = c.get("internals");
    const users = [...state.accounts.values()].filter((account) => account.kind === "user");
    return json(
      assigneesOf(users, c.get("repository")).map((user) => userJson(state, user, viewer(c))),
    );
  });
  app.get("/:owner/:repo/teams", (c) => {
    doer(c);
    const repository = c.get("repository");
    if (repository.owner.kind === "user")
      return failure(c, 405, "repo is not owned by an organization");
    const teams = repository.owner.teams.filter((team) => sees(team, repository));
    // The Owners come first, then the others by name.
    const sorted = teams.toSorted((a, b) =>
      a.permission === "owner" ? -1 : b.permission === "owner" ? 1 : a.name < b.name ? -1 : 1,
    );
    return json(sorted.map(teamJson));
  });
  return app;
}
