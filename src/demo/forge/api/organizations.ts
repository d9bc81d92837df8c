import { Hono, type Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { hookJson } from "../json/hook.ts";
import { userJson } from "../json/user.ts";
import type { Organization, Team, User } from "../records.ts";
import { failure, json, notFound } from "./answer.ts";
import { doer, scope } from "./guard.ts";
import { readHook } from "./hooks.ts";

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
      return failure(c, 403, "Must be a team member");
    }
    const member = state.findUser(c.req.param("user"));
    if (member === undefined || !at.team.members.has(member)) return notFound(c);
    return json(userJson(state, member, user));
  });
  app.post("/orgs/:org/hooks", async (c) => {
    const user = doer(c);
    const account = c.get("internals").state.accounts.get(c.req.param("org").toLowerCase());
    if (account?.kind !== "organization") return notFound(c);
    if (!user.admin && !owns(account, user))
      return failure(c, 403, "Must be an organization owner");
    const hook = await readHook(c, { kind: "organization", id: account.id });
    account.hooks.push(hook);
    return json(hookJson(hook), 201);
  });
  return app;
}

function findTeam(c: Context<ForgeEnv>): { organization: Organization; team: Team } | undefined {
  const id = Number(c.req.param("id"));
  for (const organization of c.get("internals").state.accounts.values()) {
    if (organization.kind !== "organization") continue;
    const team = organization.teams.find((one) => one.id === id);
    if (team !== undefined) return { organization, team };
  }
  return undefined;
}

function owns(organization: Organization, user: User): boolean {
  return organization.teams.some((team) => team.permission === "owner" && team.members.has(user));
}
