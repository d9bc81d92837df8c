import { randomBytes } from "node:crypto";
import { Hono, type Context } from "hono";
import { timestamp } from "../clock.ts";
import type { ForgeEnv } from "../env.ts";
import type { App, AppPermissions, Installation, Repository } from "../records.ts";
import { failure, json, notFound, stop } from "./answer.ts";
import { attempt, deliveryOf, deliveryPage } from "./cursor.ts";
import { FieldError, listOf, oneOf, optional, text, whole, type Field } from "./fields.ts";
import { installationsFor } from "./fire.ts";
import { integration } from "./guard.ts";
import { repositoriesOf } from "./installed.ts";
import { appJson, installationJson, selectionOf } from "./json/app.ts";
import { configJson, deliveryJson } from "./json/hook.ts";
import { repositoryJson } from "./json/repository.ts";
import { page, PAGED } from "./paging.ts";
import { readBody, readQuery } from "./read.ts";
import type { Schemas } from "./schemas.ts";

type Ctx = Context<ForgeEnv>;

const TOKEN_LIFE_MS = 3_600_000;

/** What an App asks as itself, signed with its key. */
export function appRoutes(): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get("/app", (c) => {
    readQuery(c, {});
    const app = integration(c);
    return json({
      ...appJson(c.get("internals").state, app),
      installations_count: app.installations.length,
    } satisfies Schemas["integration"]);
  });
  routes.get("/app/installations", (c) => {
    const { installations } = integration(c);
    const { state } = c.get("internals");
    return page(c, readQuery(c, PAGED), installations, (one) => installationJson(state, one));
  });
  routes.get("/app/installations/:installation{[0-9]+}", (c) => {
    readQuery(c, {});
    return json(installationJson(c.get("internals").state, installationOf(c, integration(c))));
  });
  routes.post("/app/installations/:installation{[0-9]+}/access_tokens", async (c) =>
    createToken(c, installationOf(c, integration(c))),
  );
  for (const kind of ["orgs", "users"]) {
    routes.get(`/${kind}/:account/installation`, (c) => {
      readQuery(c, {});
      const login = c.req.param("account").toLowerCase();
      const isOrganization = kind === "orgs";
      const installation = integration(c).installations.find(
        ({ account }) =>
          account.login.toLowerCase() === login &&
          (account.kind === "organization") === isOrganization,
      );
      return showInstallation(c, installation);
    });
  }
  routes.get("/app/hook/config", (c) => {
    readQuery(c, {});
    return json(configJson(integration(c).hook));
  });
  routes.patch("/app/hook/config", async (c) => {
    const { hook } = integration(c);
    const body = await readBody(c, {
      url: optional(text),
      content_type: optional(oneOf("json", "form")),
      secret: optional(text),
      insecure_ssl: optional(oneOf("0", "1")),
    });
    hook.url = body.url ?? hook.url;
    hook.contentType = body.content_type ?? hook.contentType;
    hook.secret = body.secret ?? hook.secret;
    c.get("internals").state.changed();
    return json(configJson(hook));
  });
  routes.get("/app/hook/deliveries", (c) => deliveryPage(c, integration(c).hook));
  routes.get("/app/hook/deliveries/:delivery{[0-9]+}", (c) => {
    readQuery(c, {});
    return json(deliveryJson(deliveryOf(c, integration(c).hook)));
  });
  routes.post("/app/hook/deliveries/:delivery{[0-9]+}/attempts", (c) =>
    attempt(c, integration(c).hook),
  );
  routes.get("/installation/repositories", (c) => {
    const query = readQuery(c, PAGED);
    const grant = c.get("token")?.installation;
    if (grant === undefined)
      return failure(403, "Resource not accessible by personal access token");
    const { state } = c.get("internals");
    const all = repositoriesOf(state, grant.installation).filter(
      (one) => grant.repositories === "all" || grant.repositories.has(one),
    );
    const size = Math.min(query.per_page ?? 30, 100);
    const start = ((query.page ?? 1) - 1) * size;
    return json({
      total_count: all.length,
      repository_selection: selectionOf(grant),
      repositories: all.slice(start, start + size).map((one) => repositoryJson(state, one)),
    });
  });
  return routes;
}

/** Below a repository: how the App that asks is installed for it. */
export function repositoryInstallationRoutes(): Hono<ForgeEnv> {
  const routes = new Hono<ForgeEnv>();
  routes.get("/installation", (c) => {
    readQuery(c, {});
    const app = integration(c);
    const { state } = c.get("internals");
    const all = installationsFor(state, c.get("repository"));
    return showInstallation(
      c,
      all.find((one) => one.app === app),
    );
  });
  return routes;
}

/** Permissions by name, each `read` or `write`. */
const PERMISSIONS: Field<AppPermissions> = {
  isRequired: true,
  read(value, at) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new FieldError(`For '${at}', ${JSON.stringify(value)} is not an object.`);
    }
    const level = oneOf("read", "write");
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, level.read(one, `${at}/${key}`)]),
    );
  },
};

async function createToken(c: Ctx, installation: Installation): Promise<Response> {
  const { state } = c.get("internals");
  const body = await readBody(c, {
    repositories: optional(listOf(text)),
    repository_ids: optional(listOf(whole)),
    permissions: optional(PERMISSIONS),
  });
  const { app } = installation;
  const permissions = body.permissions ?? app.permissions;
  const isTooMuch = Object.entries(permissions).some(
    ([name, level]) => app.permissions[name] !== "write" && app.permissions[name] !== level,
  );
  if (isTooMuch) {
    return failure(422, "The permissions requested are not granted to this installation.");
  }
  const named = narrowed(c, installation, body.repositories, body.repository_ids);
  const expiresAt = Math.floor(state.now() / 1000) * 1000 + TOKEN_LIFE_MS;
  const repositories = named ?? installation.repositories;
  const token = `ghs_${randomBytes(24).toString("hex")}`;
  state.tokens.set(token, {
    user: app.bot,
    scopes: [],
    installation: { installation, repositories, permissions, expiresAt },
  });
  return json(
    {
      token,
      expires_at: timestamp(expiresAt),
      permissions: { ...permissions } as Schemas["app-permissions"],
      repository_selection: selectionOf({ repositories }),
      ...(named !== undefined && {
        repositories: [...named].map((one) => repositoryJson(state, one)),
      }),
    } satisfies Schemas["installation-token"],
    201,
  );
}

/** The repositories that a token is asked for, or undefined for all of the installation. */
function narrowed(
  c: Ctx,
  installation: Installation,
  names: readonly string[] | undefined,
  ids: readonly number[] | undefined,
): Set<Repository> | undefined {
  if (names === undefined && ids === undefined) return undefined;
  const all = repositoriesOf(c.get("internals").state, installation);
  const chosen = [
    ...(names ?? []).map((name) =>
      all.find((one) => one.name.toLowerCase() === name.toLowerCase()),
    ),
    ...(ids ?? []).map((id) => all.find((one) => one.id === id)),
  ];
  return new Set(
    chosen.map((one) => {
      if (one !== undefined) return one;
      throw stop(
        failure(
          422,
          "There is at least one repository that does not exist or is not accessible to the parent installation.",
        ),
      );
    }),
  );
}

function installationOf(c: Ctx, app: App): Installation {
  const id = Number(c.req.param("installation"));
  const installation = app.installations.find((one) => one.id === id);
  if (installation === undefined) throw stop(notFound());
  return installation;
}

function showInstallation(c: Ctx, installation: Installation | undefined): Response {
  return installation === undefined
    ? notFound()
    : json(installationJson(c.get("internals").state, installation));
}
