import { Hono, type Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { readCommits } from "../history.ts";
import { commitJson } from "../json/commit.ts";
import type { Json } from "../json/go.ts";
import { repositoryJson } from "../json/repository.ts";
import { rename } from "../repositories.ts";
import { fullName } from "../state.ts";
import { json, notFound } from "./answer.ts";
import { optionalFlag, optionalText, readBody } from "./body.ts";
import { mayWrite, repositoryAdmin, viewer } from "./guard.ts";
import { page } from "./paging.ts";

export function repositoryRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/:owner/:repo", (c) =>
    json(repositoryJson(c.get("internals").state, c.get("repository"), viewer(c))),
  );
  app.patch("/:owner/:repo", async (c) => {
    const user = repositoryAdmin(c);
    const internals = c.get("internals");
    const repository = c.get("repository");
    const body = await readBody(c);
    repository.description = optionalText(body, "description") ?? repository.description;
    repository.private = optionalFlag(body, "private") ?? repository.private;
    repository.archived = optionalFlag(body, "archived") ?? repository.archived;
    const name = optionalText(body, "name");
    if (name !== undefined && name !== repository.name) rename(internals, repository, name, user);
    internals.state.changed();
    return json(repositoryJson(internals.state, repository, user));
  });
  app.get("/:owner/:repo/branches", async (c) => {
    const names = [...c.get("repository").branches.keys()].toSorted();
    const branches = new Map<string, Json>();
    for (const name of names) branches.set(name, await branchJson(c, name));
    return page(c, names, (name) => branches.get(name));
  });
  app.get("/:owner/:repo/branches/:branch{.+}", async (c) => {
    const name = c.req.param("branch");
    return c.get("repository").branches.has(name) ? json(await branchJson(c, name)) : notFound(c);
  });
  app.get("/:owner/:repo/git/refs/:ref{.+}", (c) => {
    const repository = c.get("repository");
    const asked = `refs/${c.req.param("ref")}`;
    const refs = [...repository.branches]
      .map(([name, sha]) => ({ ref: `refs/heads/${name}`, sha }))
      .filter(({ ref }) => ref === asked || ref.startsWith(`${asked}/`));
    const api = `${c.get("internals").state.url}/api/v1/repos/${fullName(repository)}/git`;
    if (refs.length === 0) return notFound(c);
    return json(
      refs.map(({ ref, sha }) => ({
        ref,
        url: `${api}/${ref}`,
        object: { type: "commit", sha, url: `${api}/commits/${sha}` },
      })),
    );
  });
  return app;
}

async function branchJson(c: Context<ForgeEnv>, name: string): Promise<Json> {
  const { state, git } = c.get("internals");
  const repository = c.get("repository");
  const [commit] = await readCommits(git, repository.gitDir, [`refs/heads/${name}`], 1);
  const isProtected = repository.protectedBranches.has(name);
  return {
    name,
    commit: commit === undefined ? null : commitJson(state, repository, commit, "without paths"),
    protected: isProtected,
    required_approvals: 0,
    enable_status_check: false,
    status_check_contexts: [],
    user_can_push: mayWrite(c, "code") && !isProtected,
    user_can_merge: mayWrite(c, "code"),
    effective_branch_protection_name: isProtected ? name : "",
  };
}
