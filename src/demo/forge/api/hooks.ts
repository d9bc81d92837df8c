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

export function hookRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/:owner/:repo/hooks", (c) => {
    repositoryAdmin(c);
    return page(c, c.get("repository").hooks, hookJson);
  });
  app.post("/:owner/:repo/hooks", async (c) => {
    repositoryAdmin(c);
    const hook = await readHook(c, { kind: "repository", id: c.get("repository").id });
    c.get("repository").hooks.push(hook);
    c.get("internals").state.changed();
    return json(hookJson(hook), 201);
  });
  app.get("/:owner/:repo/hooks/:id{[0-9]+}", (c) => json(hookJson(hookOr404(c))));
  app.patch("/:owner/:repo/hooks/:id{[0-9]+}", async (c) => {
    const hook = hookOr404(c);
    const body = await readBody(c);
    // What is left out is reset, and the secret cannot be changed: that is how Gitea does it.
    const { hooks } = c.get("repository");
    const config = configOf(body);
    const edited: Hook = {
      ...hook,
      url: config["url"] ?? hook.url,
      events: expandEvents((optionalList(body, "events") ?? []).map(String)),
      active: optionalFlag(body, "active") ?? hook.active,
      updatedAt: c.get("internals").state.now(),
    };
    hooks[hooks.indexOf(hook)] = edited;
    return json(hookJson(edited));
  });
  app.delete("/:owner/:repo/hooks/:id{[0-9]+}", (c) => {
    const hook = hookOr404(c);
    const { hooks } = c.get("repository");
    hooks.splice(hooks.indexOf(hook), 1);
    return empty(204);
  });
  app.post("/:owner/:repo/hooks/:id{[0-9]+}/tests", async (c) => {
    const hook = hookOr404(c);
    c.get("internals").deliveries.queue(hook, "push", await testPayload(c));
    return empty(204);
  });
  return app;
}

/** Reads a new hook; not active unless the body says so. */
export async function readHook(
  c: Ctx,
  target: { readonly kind: Hook["target"]; readonly id: number },
): Promise<Hook> {
  const body = await readBody(c);
  const config = configOf(body);
  for (const key of ["url", "content_type"] as const) {
    if (config[key] === undefined) throw stop(failure(c, 422, `Missing config option: ${key}`));
  }
  return createHook(c.get("internals").state, target, {
    url: config["url"] ?? "",
    secret: config["secret"] ?? "",
    contentType: config["content_type"] === "form" ? "form" : "json",
    events: (optionalList(body, "events") ?? []).map(String),
    authorization: optionalText(body, "authorization_header") ?? "",
    active: optionalFlag(body, "active") ?? false,
  });
}

function configOf(body: Record<string, unknown>): Record<string, string | undefined> {
  const { config } = body;
  return typeof config === "object" && config !== null
    ? (config as Record<string, string | undefined>)
    : {};
}

function hookOr404(c: Ctx): Hook {
  repositoryAdmin(c);
  const id = Number(c.req.param("id"));
  const hook = c.get("repository").hooks.find((one) => one.id === id);
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
