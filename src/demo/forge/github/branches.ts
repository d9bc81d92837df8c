import { Hono, type Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { readCommits } from "../history.ts";
import { failure, json, notFound } from "./answer.ts";
import { oneOf, optional } from "./fields.ts";
import { readable } from "./guard.ts";
import { commitJson } from "./json/commit.ts";
import { nodeId } from "./json/node-id.ts";
import { repositoryPage, repositoryUrl } from "./json/repository.ts";
import { page, PAGED } from "./paging.ts";
import { readQuery } from "./read.ts";
import type { Schemas } from "./schemas.ts";

export function branchRoutes(): Hono<ForgeEnv> {
  const app = new Hono<ForgeEnv>();
  app.get("/branches", (c) => {
    readable(c, "contents");
    const query = readQuery(c, { ...PAGED, protected: optional(oneOf("true", "false")) });
    const repository = c.get("repository");
    const url = repositoryUrl(c.get("internals").state, repository);
    const isProtected = (name: string) => repository.protectedBranches.has(name);
    const wanted = [...repository.branches]
      .filter(
        ([name]) => query.protected === undefined || String(isProtected(name)) === query.protected,
      )
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    return page(
      c,
      query,
      wanted,
      ([name, sha]) =>
        ({
          name,
          commit: { sha, url: `${url}/commits/${sha}` },
          protected: isProtected(name),
        }) satisfies Schemas["short-branch"],
    );
  });
  app.get("/branches/:branch{.+}", async (c) => {
    readable(c, "contents");
    readQuery(c, {});
    const name = c.req.param("branch");
    return c.get("repository").branches.has(name)
      ? json(await branchJson(c, name))
      : failure(404, "Branch not found");
  });
  app.get("/git/ref/:ref{.+}", (c) => {
    readable(c, "contents");
    readQuery(c, {});
    const repository = c.get("repository");
    const url = repositoryUrl(c.get("internals").state, repository);
    const ref = c.req.param("ref");
    const sha = ref.startsWith("heads/")
      ? repository.branches.get(ref.slice("heads/".length))
      : undefined;
    if (sha === undefined) return notFound();
    return json({
      ref: `refs/${ref}`,
      node_id: nodeId("REF", repository.id),
      url: `${url}/git/refs/${ref}`,
      object: { type: "commit", sha, url: `${url}/git/commits/${sha}` },
    } satisfies Schemas["git-ref"]);
  });
  return app;
}

async function branchJson(c: Context<ForgeEnv>, name: string) {
  const { state, git } = c.get("internals");
  const repository = c.get("repository");
  const [commit] = await readCommits(git, repository.gitDir, [`refs/heads/${name}`], 1);
  if (commit === undefined) throw new Error(`The branch ${name} has no commit.`);
  const isProtected = repository.protectedBranches.has(name);
  const self = `${repositoryUrl(state, repository)}/branches/${name}`;
  return {
    name,
    commit: commitJson(state, repository, commit),
    _links: { self, html: `${repositoryPage(state, repository)}/tree/${name}` },
    protected: isProtected,
    protection: { enabled: isProtected },
    protection_url: `${self}/protection`,
  } satisfies Schemas["branch-with-protection"];
}
