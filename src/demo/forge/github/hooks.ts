import { Hono, type Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { createHook } from "../hooks.ts";
import { readCommits } from "../history.ts";
import type { Hook, Organization, Repository, User } from "../records.ts";
import { empty, failure, invalid, json, notFound, stop } from "./answer.ts";
import { attempt, deliveryOf, deliveryPage } from "./cursor.ts";
import { isHookEvent } from "./events.ts";
import { flag, listOf, object, oneOf, optional, text } from "./fields.ts";
import { doer, repositoryAdmin } from "./guard.ts";
import { mayUse } from "./grant.ts";
import { deliveryJson, hookJson, organizationHookJson } from "./json/hook.ts";
import { page, PAGED } from "./paging.ts";
import { ping } from "./ping.ts";
import { readBody, readQuery } from "./read.ts";
import { pushJson } from "./tell-push.ts";

type Ctx = Context<ForgeEnv>;

interface Place {
  readonly to: Repository | Organization;
  readonly hooks: Hook[];
  readonly by: User;
}

const CONFIG = object({
  url: text,
  content_type: optional(oneOf("json", "form")),
  secret: optional(text),
  insecure_ssl: optional(oneOf("0", "1")),
});

/** Hooks of a repository. */
export function repositoryHookRoutes(): Hono<ForgeEnv> {
  return hookRoutes("/hooks", (c, access) => {
    const by = repositoryAdmin(c, access);
    const repository = c.get("repository");
    return { to: repository, hooks: repository.hooks, by };
  });
}

/** Hooks of an organization. */
export function organizationHookRoutes(): Hono<ForgeEnv> {
  return hookRoutes("/orgs/:org/hooks", (c, access) => {
    const by = doer(c);
    const token = c.get("token");
    const account = c.get("internals").state.accounts.get(String(c.req.param("org")).toLowerCase());
    if (account?.kind !== "organization" || token === undefined) throw stop(notFound());
    const isOwner = account.teams[0]?.members.has(by) === true || by.admin;
    const isMeant =
      token.installation === undefined
        ? isOwner
        : token.installation.installation.account === account;
    if (!isMeant || !mayUse(token, undefined, "organization_hooks", access)) throw stop(notFound());
    return { to: account, hooks: account.hooks, by };
  });
}

function hookRoutes(
  base: string,
  place: (c: Ctx, access: "read" | "write") => Place,
): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  const one = `${base}/:hook{[0-9]+}`;
  app.get(base, (c) => {
    const { to, hooks } = place(c, "read");
    return page(c, readQuery(c, PAGED), hooks, (hook) => show(c, to, hook));
  });
  app.post(base, async (c) => {
    const { state, announce } = c.get("internals");
    const { to, hooks, by } = place(c, "write");
    const body = await readBody(c, {
      name: optional(oneOf("web")),
      active: optional(flag),
      events: optional(listOf(text)),
      config: CONFIG,
    });
    const { events = ["push"], config, active = true } = body;
    check(events, config.url);
    if (hooks.some((hook) => hook.url === config.url)) {
      const kind = "issues" in to ? "repository" : "organization";
      return invalid({
        resource: "Hook",
        code: "custom",
        message: `Hook already exists on this ${kind}`,
      });
    }
    const target = { kind: "issues" in to ? "repository" : "organization", id: to.id } as const;
    const hook = createHook(state, target, {
      url: config.url,
      secret: config.secret ?? "",
      contentType: config.content_type ?? "form",
      events,
      active,
    });
    hooks.push(hook);
    announce({ kind: "hooked", hook, to, by });
    state.changed();
    return json(show(c, to, hook), 201);
  });
  app.get(one, (c) => {
    readQuery(c, {});
    const { to, hooks } = place(c, "read");
    return json(show(c, to, hookOf(c, hooks)));
  });
  app.patch(one, async (c) => {
    const { state } = c.get("internals");
    const { to, hooks } = place(c, "write");
    const hook = hookOf(c, hooks);
    const body = await readBody(c, {
      active: optional(flag),
      events: optional(listOf(text)),
      add_events: optional(listOf(text)),
      remove_events: optional(listOf(text)),
      config: optional(CONFIG),
    });
    const { config } = body;
    const events = new Set(body.events ?? hook.events);
    for (const event of body.add_events ?? []) events.add(event);
    for (const event of body.remove_events ?? []) events.delete(event);
    check([...events], config?.url ?? hook.url);
    hook.events = events;
    hook.active = body.active ?? hook.active;
    if (config !== undefined) {
      hook.url = config.url;
      // As on GitHub, a configuration without the secret takes it away.
      hook.secret = config.secret ?? "";
      hook.contentType = config.content_type ?? hook.contentType;
    }
    hook.updatedAt = state.now();
    state.changed();
    return json(show(c, to, hook));
  });
  app.delete(one, (c) => {
    const { hooks } = place(c, "write");
    hooks.splice(hooks.indexOf(hookOf(c, hooks)), 1);
    c.get("internals").state.changed();
    return empty();
  });
  app.post(`${one}/pings`, (c) => {
    const { to, hooks, by } = place(c, "read");
    ping(c.get("internals"), hookOf(c, hooks), to, by);
    return empty();
  });
  app.post(`${one}/tests`, async (c) => {
    const { to, hooks, by } = place(c, "read");
    const hook = hookOf(c, hooks);
    if (!("issues" in to)) return notFound();
    await test(c, to, hook, by);
    return empty();
  });
  app.get(`${one}/deliveries`, (c) => deliveryPage(c, hookOf(c, place(c, "read").hooks)));
  app.get(`${one}/deliveries/:delivery{[0-9]+}`, (c) => {
    readQuery(c, {});
    return json(deliveryJson(deliveryOf(c, hookOf(c, place(c, "read").hooks))));
  });
  app.post(`${one}/deliveries/:delivery{[0-9]+}/attempts`, (c) =>
    attempt(c, hookOf(c, place(c, "write").hooks)),
  );
  return app;
}

function show(c: Ctx, to: Repository | Organization, hook: Hook) {
  const { state, deliveries } = c.get("internals");
  return "issues" in to
    ? hookJson(state, to, hook, deliveries.of(hook).at(-1))
    : organizationHookJson(state, to, hook);
}

function hookOf(c: Ctx, hooks: readonly Hook[]): Hook {
  const hook = hooks.find((one) => one.id === Number(c.req.param("hook")));
  if (hook === undefined) throw stop(notFound());
  return hook;
}

function check(events: readonly string[], url: string): void {
  const problem = { resource: "Hook", code: "custom" };
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw stop(invalid({ ...problem, field: "url", message: "url is malformed" }));
  }
  const unknown = events.filter((event) => !isHookEvent(event));
  if (unknown.length > 0 || events.length === 0) {
    const message = `The following events are not valid: ${unknown.join(", ")}`;
    throw stop(failure(422, message));
  }
}

/** The last push again, to that hook alone. */
async function test(c: Ctx, repository: Repository, hook: Hook, by: User): Promise<void> {
  const { state, git, deliveries } = c.get("internals");
  const branch = repository.defaultBranch;
  const after = repository.branches.get(branch);
  if (after === undefined || !(hook.events.has("push") || hook.events.has("*"))) return;
  const commits = await readCommits(git, repository.gitDir, [after], 1);
  const payload = pushJson(state, {
    kind: "push",
    repository,
    by,
    branch,
    before: commits[0]?.parents[0],
    after,
    start: undefined,
    commits,
    head: commits[0],
  });
  deliveries.queue(hook, "push", payload, {
    repositoryId: repository.id,
    installationId: undefined,
  });
}
