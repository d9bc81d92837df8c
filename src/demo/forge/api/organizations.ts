import { Hono, type Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { teamJson } from "../json/team.ts";
import { userJson } from "../json/user.ts";
import type { Organization, Team, User } from "../records.ts";
import { empty, failure, json, notFound, stop } from "./answer.ts";
import { doer, scope } from "./guard.ts";
import { addHookRoutes } from "./hooks.ts";
import { asked } from "./paging.ts";

type Ctx = Context<ForgeEnv>;

export function organizationRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.use("/teams/*", scope("organization"));
  app.use("/orgs/*", scope("organization"));
  app.get("/teams/:id/members/:user", (c) => {
    const { state } = c.get("internals");
    const user = doer(c);
    const at = findTeam(c);
    if (at === undefined) return notFound(c);
    if (!user.admin && !at.team.members.has(user) && !owns(at.organization, user)) {
      // Who is not even of the organization is told nothing at all.
      return isMember(at.organization, user)
        ? failure(c, 403, "Must be a team member")
        : notFound(c);
    }
    const member = state.findUser(c.req.param("user"));
    if (member === undefined || !at.team.members.has(member)) return notFound(c);
    return json(userJson(state, member, user));
  });
  app.get("/orgs/:org", (c) => {
    const { id, login } = organizationOr404(c);
    return json({
      id,
      name: login,
      full_name: "",
      email: "",
      avatar_url: "",
      description: "",
      website: "",
      location: "",
      visibility: "public",
      repo_admin_change_team_access: true,
      username: login,
    });
  });
  app.get("/orgs/:org/members/:user", (c) => {
    const organization = organizationOr404(c);
    const member = userOr404(c);
    const user = c.get("token")?.user;
    if (user !== undefined && (user.admin || user === member || isMember(organization, user)))
      return isMember(organization, member) ? empty(204) : notFound(c);
    // Whoever is outside is sent on to the members that made it public.
    const path = `/api/v1/orgs/${organization.login}/public_members/${member.login}`;
    return c.redirect(path, 302);
  });
  // Nobody makes a membership public here, as on Gitea nobody does by default.
  app.get("/orgs/:org/public_members/:user", (c) => {
    organizationOr404(c);
    userOr404(c);
    return notFound(c);
  });
  app.get("/orgs/:org/teams/search", (c) => {
    const organization = organizationOr404(c);
    const user = doer(c);
    if (!user.admin && !isMember(organization, user))
      return failure(c, 403, "Must be an organization member");
    const wanted = (c.req.query("q") ?? "").trim().toLowerCase();
    // Only an admin of the server is told of teams of others.
    const teams = organization.teams.filter(
      (team) => team.name.toLowerCase().includes(wanted) && (user.admin || team.members.has(user)),
    );
    const { number, size } = asked(c);
    const part = teams.slice((number - 1) * size, number * size);
    return json({ data: part.map(teamJson), ok: true }, 200, {
      "x-total-count": String(teams.length),
      "access-control-expose-headers": "X-Total-Count",
    });
  });
  addHookRoutes(app, "/orgs/:org/hooks", {
    kind: "organization",
    find(c) {
      const user = doer(c);
      const organization = organizationOr404(c);
      if (!user.admin && !owns(organization, user))
        throw stop(failure(c, 403, "Must be an organization owner"));
      return organization;
    },
  });
  return app;
}

function organizationOr404(c: Ctx): Organization {
  const name = c.req.param("org") ?? "";
  const account = c.get("internals").state.accounts.get(name.toLowerCase());
  if (account?.kind !== "organization") throw stop(notFound(c));
  return account;
}

function userOr404(c: Ctx): User {
  const name = c.req.param("user") ?? "";
  const user = c.get("internals").state.findUser(name);
  if (user === undefined) throw stop(notFound(c, `user does not exist [uid: 0, name: ${name}]`));
  return user;
}

function findTeam(c: Ctx): { organization: Organization; team: Team } | undefined {
  const id = Number(c.req.param("id"));
  for (const organization of c.get("internals").state.accounts.values()) {
    if (organization.kind !== "organization") continue;
    const team = organization.teams.find((one) => one.id === id);
    if (team !== undefined) return { organization, team };
  }
  return undefined;
}

function isMember(organization: Organization, user: User): boolean {
  return organization.teams.some((team) => team.members.has(user));
}

function owns(organization: Organization, user: User): boolean {
  return organization.teams.some((team) => team.permission === "owner" && team.members.has(user));
}
