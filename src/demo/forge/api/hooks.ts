import { Hono, type Context } from "hono";
import { expandEvents } from "../events.ts";
import { createHook } from "../hooks.ts";
import type { ForgeEnv } from "../env.ts";
import { readCommits } from "../history.ts";
import { commitJson } from "../json/commit.ts";
import { hookJson } from "../json/hook.ts";
import { repositoryJson } from "../json/repository.ts";
import { userJson } from "../json/user.ts";
import type { Hook } from "../records.ts";
import { fullName } from "../state.ts";
import { empty, failure, json, notFound, stop } from "./answer.ts";
import { optionalFlag, optionalList, optionalText, readBody } from "./body.ts";
import { repositoryAdmin } from "./guard.ts";
import { page } from "./paging.ts";

type Ctx = Context<ForgeEnv>;

/** Whose hooks a path is about. `find` ends the request of whoever may not see them. */
interface HookOwner {
  readonly kind: Hook["target"];
  readonly find: (c: Ctx) => { readonly id: number; readonly hooks: Hook[] };
}

const TYPES = new Set(["gitea", "gogs", "forgejo"]);

export function hookRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  const owner: HookOwner = {
    kind: "repository",
    find(c) {
      repositoryAdmin(c);
      return c.get("repository");
    },
  };
  addHookRoutes(app, "/:owner/:repo/hooks", owner);
  // As on Gitea an organization's hook cannot be tested.
  app.post("/:owner/:repo/hooks/:id{[0-9]+}/tests", async (c) => {
    const hook = hookOr404(c, owner.find(c).hooks);
    // The test is a push, which a hook that asked for none does not get, and an empty repository has not.
    const { branches, defaultBranch } = c.get("repository");
    if (hook.active && hook.events.has("push") && branches.has(defaultBranch))
      c.get("internals").deliveries.queue(hook, "push", await testPayload(c));
    return empty(204);
  });
  return app;
}

/** The routes that a repository's and an organization's hooks share. */
export function addHookRoutes(app: Hono<ForgeEnv>, path: string, owner: HookOwner): void {
  app.get(path, (c) => page(c, owner.find(c).hooks, hookJson));
  app.post(path, async (c) => {
    const { id, hooks } = owner.find(c);
    const hook = await readHook(c, { kind: owner.kind, id });
    hooks.push(hook);
    c.get("internals").state.changed();
    return json(hookJson(hook), 201);
  });
  app.get(`${path}/:id{[0-9]+}`, (c) => json(hookJson(hookOr404(c, owner.find(c).hooks))));
  app.patch(`${path}/:id{[0-9]+}`, async (c) => {
    const { hooks } = owner.find(c);
    const hook = hookOr404(c, hooks);
    const edited = edit(c, hook, await readBody(c));
    hooks[hooks.indexOf(hook)] = edited;
    c.get("internals").state.changed();
    return json(hookJson(edited));
  });
  app.delete(`${path}/:id{[0-9]+}`, (c) => {
    const { hooks } = owner.find(c);
    hooks.splice(hooks.indexOf(hookOr404(c, hooks)), 1);
    c.get("internals").state.changed();
    return empty(204);
  });
}

/** Reads a new hook; not active unless the body says so. */
async function readHook(
  c: Ctx,
  target: { readonly kind: Hook["target"]; readonly id: number },
): Promise<Hook> {
  const body = await readBody(c);
  const type = optionalText(body, "type") ?? "";
  if (!TYPES.has(type)) throw stop(failure(c, 422, `Invalid hook type: ${type}`));
  const config = configOf(body);
  for (const key of ["url", "content_type"] as const) {
    if (config[key] === undefined) throw stop(failure(c, 422, `Missing config option: ${key}`));
  }
  return createHook(c.get("internals").state, target, {
    url: config["url"] ?? "",
    secret: config["secret"] ?? "",
    contentType: contentType(c, config["content_type"]),
    events: (optionalList(body, "events") ?? []).map(String),
    authorization: optionalText(body, "authorization_header") ?? "",
    active: optionalFlag(body, "active") ?? false,
  });
}

/** What is left out is reset, and the secret cannot be changed: that is how Gitea does it. */
function edit(c: Ctx, hook: Hook, body: Record<string, unknown>): Hook {
  const config = configOf(body);
  return {
    ...hook,
    url: config["url"] ?? hook.url,
    contentType:
      config["content_type"] === undefined
        ? hook.contentType
        : contentType(c, config["content_type"]),
    events: expandEvents((optionalList(body, "events") ?? []).map(String)),
    authorization: optionalText(body, "authorization_header") ?? "",
    active: optionalFlag(body, "active") ?? hook.active,
    updatedAt: c.get("internals").state.now(),
  };
}

function contentType(c: Ctx, asked: string | undefined): Hook["contentType"] {
  if (asked === "json" || asked === "form") return asked;
  throw stop(failure(c, 422, "Invalid content type"));
}

function configOf(body: Record<string, unknown>): Record<string, string | undefined> {
  const { config } = body;
  return typeof config === "object" && config !== null
    ? (config as Record<string, string | undefined>)
    : {};
}

function hookOr404(c: Ctx, hooks: readonly Hook[]): Hook {
  const id = Number(c.req.param("id"));
  const hook = hooks.find((one) => one.id === id);
  if (hook === undefined) throw stop(notFound(c));
  return hook;
}

async function testPayload(c: Ctx) {
  const { state, git } = c.get("internals");
  const repository = c.get("repository");
  const by = repositoryAdmin(c);
  const { defaultBranch } = repository;
  const sha = repository.branches.get(defaultBranch) ?? "0".repeat(40);
  const [head] = repository.branches.has(defaultBranch)
    ? await readCommits(git, repository.gitDir, [sha], 1)
    : [];
  const commit = head === undefined ? null : commitJson(state, repository, head, "without paths");
  return {
    ref: `refs/heads/${defaultBranch}`,
    before: sha,
    after: sha,
    compare_url: `${state.url}/${fullName(repository)}/compare/${sha}...${sha}`,
    commits: commit === null ? [] : [commit],
    total_commits: 1,
    head_commit: commit,
    repository: repositoryJson(state, repository, undefined),
    pusher: userJson(state, by, undefined),
    sender: userJson(state, by, undefined),
  };
}
