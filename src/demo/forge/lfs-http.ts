import type { Context } from "hono";
import { rightsOf } from "./access.ts";
import { tokenOf } from "./authentication.ts";
import type { ForgeEnv } from "./env.ts";
import type { Repository } from "./records.ts";
import { allows } from "./scope.ts";

const MEDIA_TYPE = "application/vnd.git-lfs+json";

/** The batch API of Git LFS, for downloads: whoever may read the code is told where the objects lie. */
export async function lfsBatch(c: Context<ForgeEnv>): Promise<Response> {
  const repository = readable(c);
  if (repository instanceof Response) return repository;
  if (c.req.header("accept") !== MEDIA_TYPE) return told(415, "Unsupported Media Type");
  const { operation, objects } = await c.req.json<{
    operation: string;
    objects: { oid: string; size: number }[];
  }>();
  if (operation !== "download") return told(400, "The sandbox forge stores no LFS objects.");
  const authorization = c.req.header("authorization");
  const root = c.req.url.replace(/\/batch$/, "");
  return json(200, {
    transfer: "basic",
    objects: objects.map(({ oid, size }) =>
      repository.lfs.get(oid)?.byteLength === size
        ? {
            oid,
            size,
            actions: {
              download: {
                href: `${root}/${oid}`,
                ...(authorization !== undefined && { header: { Authorization: authorization } }),
              },
            },
          }
        : { oid, size, error: { code: 404, message: "Not found" } },
    ),
  });
}

export function lfsObject(c: Context<ForgeEnv>): Response {
  const repository = readable(c);
  if (repository instanceof Response) return repository;
  const content = repository.lfs.get(c.req.param("oid") ?? "");
  if (content === undefined) return told(404, "Not found");
  return new Response(new Uint8Array(content), {
    headers: { "content-type": "application/octet-stream" },
  });
}

function readable(c: Context<ForgeEnv>): Repository | Response {
  const { state } = c.get("internals");
  const name = `${c.req.param("owner")}/${c.req.param("repo")?.replace(/\.git$/, "")}`;
  const repository = state.findRepository(name);
  const token = tokenOf(state, c.req.header("authorization"));
  const isClosed = repository === undefined || repository.private;
  if (token === "bad" || (token === undefined && isClosed)) return told(401, "Unauthorized");
  if (token !== undefined && !allows(token.scopes, "read", "repository"))
    return told(403, "Forbidden");
  if (repository === undefined || rightsOf(token?.user, repository).units.code === 0)
    return told(404, "Not found");
  return repository;
}

function told(status: number, message: string): Response {
  return json(status, { message });
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": MEDIA_TYPE } });
}
