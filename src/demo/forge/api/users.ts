import { Hono } from "hono";
import type { ForgeEnv } from "../env.ts";
import { userJson } from "../json/user.ts";
import { json, notFound } from "./answer.ts";
import { doer, scope, viewer } from "./guard.ts";

export function userRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/user", scope("user"), (c) => {
    const user = doer(c);
    return json(userJson(c.get("internals").state, user, user));
  });
  app.get("/users/:login", scope("user"), (c) => {
    const { state } = c.get("internals");
    const account = state.accounts.get(c.req.param("login").toLowerCase());
    if (account === undefined) {
      return notFound(c, `user does not exist [uid: 0, name: ${c.req.param("login")}]`);
    }
    return json(userJson(state, account, viewer(c)));
  });
  return app;
}
