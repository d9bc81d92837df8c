import { Hono } from "hono";
import type { ForgeEnv } from "../env.ts";
import { failure, json, notFound } from "./answer.ts";
import { doer } from "./guard.ts";
import { organizationFullJson, ownUserJson, publicUserJson } from "./json/user.ts";
import { readQuery } from "./read.ts";
import type { Schemas } from "./schemas.ts";

export function userRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  // As an Enterprise Server tells it; to anybody.
  app.get("/meta", () =>
    json({
      verifiable_password_authentication: true,
      installed_version: "3.17.0",
    } satisfies Schemas["api-overview"] & { installed_version: string }),
  );
  app.get("/user", (c) => {
    readQuery(c, {});
    // An installation is nobody: it asks for its bot by name.
    if (c.get("token")?.installation !== undefined) {
      return failure(403, "Resource not accessible by integration");
    }
    const user = doer(c);
    const scopes = c.get("token")?.scopes ?? [];
    return json(ownUserJson(c.get("internals").state, user), 200, {
      "x-oauth-scopes": scopes.includes("all") ? "repo, admin:org_hook" : scopes.join(", "),
    });
  });
  app.get("/orgs/:org", (c) => {
    readQuery(c, {});
    const { state } = c.get("internals");
    const account = state.accounts.get(c.req.param("org").toLowerCase());
    return account?.kind === "organization"
      ? json(organizationFullJson(state, account))
      : notFound();
  });
  app.get("/users/:login", (c) => {
    readQuery(c, {});
    const { state } = c.get("internals");
    const account = state.accounts.get(c.req.param("login").toLowerCase());
    return account === undefined ? notFound() : json(publicUserJson(state, account));
  });
  return app;
}
