import { randomBytes } from "node:crypto";
import { Hono, type Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import type { Internals } from "../internals.ts";
import type { Account } from "../records.ts";
import type { ForgeState } from "../state.ts";
import { json, notFound } from "./answer.ts";
import { createApp } from "./apps.ts";
import { isAppEvent } from "./events.ts";
import { FieldError, flag, listOf, object, oneOf, optional, readFields, text } from "./fields.ts";
import { appJson } from "./json/app.ts";
import type { Schemas } from "./schemas.ts";

type Ctx = Context<ForgeEnv>;

const CODE_LIFE_MS = 3_600_000;
const LEVEL = optional(oneOf("read", "write"));
const MANIFEST = {
  name: text,
  url: text,
  hook_attributes: optional(object({ url: text, active: optional(flag) })),
  redirect_url: optional(text),
  callback_urls: optional(listOf(text)),
  setup_url: optional(text),
  description: optional(text),
  public: optional(flag),
  default_events: optional(listOf(text)),
  default_permissions: optional(
    object({
      contents: LEVEL,
      issues: LEVEL,
      metadata: LEVEL,
      pull_requests: LEVEL,
      repository_hooks: LEVEL,
      organization_hooks: LEVEL,
      members: LEVEL,
      workflows: optional(oneOf("write")),
    }),
  ),
  request_oauth_on_install: optional(flag),
  setup_on_update: optional(flag),
};

type Manifest = ReturnType<typeof readManifest>;

interface Pending {
  readonly manifest: Manifest;
  readonly owner: Account;
  readonly expiresAt: number;
}

const pending = new WeakMap<ForgeState, Map<string, Pending>>();

/**
 * Takes a manifest as if its owner had pressed the button, and returns the code for it: good once, for an hour.
 * @throws FieldError when it is not one
 */
export function manifestCode(state: ForgeState, value: unknown, owner: Account): string {
  const manifest = readManifest(value);
  if (state.apps.has(slugOf(manifest.name))) throw new FieldError("Name has already been taken");
  const codes = pending.get(state) ?? new Map<string, Pending>();
  pending.set(state, codes);
  const code = randomBytes(20).toString("hex");
  codes.set(code, { manifest, owner, expiresAt: state.now() + CODE_LIFE_MS });
  return code;
}

/** The page to which a manifest is posted. It asks for no sign-in: it is the first person of the forge who confirms. */
export function manifestPages(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.post("/settings/apps/new", async (c) => {
    const { accounts } = c.get("internals").state;
    return confirm(
      c,
      [...accounts.values()].find(({ kind }) => kind === "user"),
    );
  });
  app.post("/organizations/:org/settings/apps/new", async (c) => {
    const account = c.get("internals").state.accounts.get(c.req.param("org").toLowerCase());
    return confirm(c, account?.kind === "organization" ? account : undefined);
  });
  return app;
}

/** `POST /app-manifests/CODE/conversions`: the only time that the key and the secrets are told. */
export function conversionRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.post("/app-manifests/:code/conversions", (c) => {
    const internals = c.get("internals");
    const { state } = internals;
    const codes = pending.get(state);
    const code = c.req.param("code");
    const waiting = codes?.get(code);
    if (waiting === undefined || state.now() >= waiting.expiresAt) return notFound();
    codes?.delete(code);
    const created = convert(internals, waiting);
    return json(
      {
        ...appJson(state, created),
        client_secret: created.clientSecret,
        webhook_secret: created.hook.secret,
        pem: created.privateKey,
      } satisfies Schemas["integration"] & {
        client_id: string;
        client_secret: string;
        webhook_secret: string | null;
        pem: string;
      },
      201,
    );
  });
  return app;
}

function convert(internals: Internals, { manifest, owner }: Pending) {
  const { hook_attributes: hook, default_permissions: asked, default_events: events } = manifest;
  return createApp(internals, {
    name: manifest.name,
    slug: slugOf(manifest.name),
    owner,
    events: events ?? [],
    // Every App may read what a repository is called.
    permissions: { metadata: "read", ...definedOf(asked ?? {}) },
    url: hook?.active === false ? undefined : hook?.url,
  });
}

async function confirm(c: Ctx, owner: Account | undefined): Promise<Response> {
  const { state } = c.get("internals");
  const { manifest: sent } = await c.req.parseBody();
  if (owner === undefined) return c.text("Not found.", 404);
  try {
    const manifest: unknown = JSON.parse(typeof sent === "string" ? sent : "");
    const code = manifestCode(state, manifest, owner);
    const { redirect_url: back } = readManifest(manifest);
    if (back === undefined) return c.text("Error: redirect_url is missing", 422);
    const url = new URL(back);
    url.searchParams.set("code", code);
    const asked = c.req.query("state");
    if (asked !== undefined) url.searchParams.set("state", asked);
    return c.redirect(url.toString(), 302);
  } catch (error) {
    if (
      !(error instanceof FieldError || error instanceof SyntaxError || error instanceof TypeError)
    )
      throw error;
    return c.text(`Invalid GitHub App configuration: ${error.message}`, 422);
  }
}

function readManifest(value: unknown) {
  const manifest = readFields(value, MANIFEST, "manifest");
  const unknown = (manifest.default_events ?? []).filter((event) => !isAppEvent(event));
  if (unknown.length > 0) {
    throw new FieldError(`Default events unsupported: ${unknown.join(", ")}`);
  }
  return manifest;
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

function definedOf<T extends string>(given: Readonly<Record<string, T | undefined>>) {
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  ) as Record<string, T>;
}
