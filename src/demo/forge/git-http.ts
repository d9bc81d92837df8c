import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import type { Context } from "hono";
import { rightsOf, rightsOfToken } from "./access.ts";
import { tokenOf } from "./authentication.ts";
import { inTurn, takeOverBranches } from "./branches.ts";
import type { ForgeEnv } from "./env.ts";
import { preReceiveEnv } from "./pre-receive.ts";
import type { Repository, User } from "./records.ts";
import type { Face } from "./sandbox.ts";
import { allows } from "./scope.ts";
import { fullName } from "./state.ts";
import { mayUse } from "./github/grant.ts";

const READ_ONLY = "This repository was archived so it is read-only.";

type Service = "git-upload-pack" | "git-receive-pack";

/** Smart HTTP of one repository: anybody reads a public one, any user name with a token as password does the rest. */
export async function gitHttp(c: Context<ForgeEnv>): Promise<Response> {
  const { state } = c.get("internals");
  const name = `${c.req.param("owner")}/${c.req.param("repo")?.replace(/\.git$/, "")}`;
  const service = serviceOf(c);
  if (service === undefined) return text(404, "Repository not found");
  const moved = state.redirects.get(name.toLowerCase());
  if (moved !== undefined) return redirect(c, `${moved.owner.login}/${moved.name}`);
  const { face } = state;
  const repository = state.findRepository(name);
  const write = service === "git-receive-pack";
  if (repository?.archived === true && write) {
    return text(403, face === "github" ? READ_ONLY : "This repo is archived.");
  }
  const token = tokenOf(state, c.req.header("authorization"));
  if (repository === undefined || repository.private || write || token !== undefined) {
    if (token === undefined || token === "bad") return unauthorized(face);
    if (repository === undefined) return text(404, "Repository not found");
    const { code } = rightsOfToken(token, repository).units;
    if (code === 0) return text(404, "Repository not found");
    if (face === "github") {
      const isGranted = mayUse(token, repository, "contents", write ? "write" : "read");
      if (!isGranted || (write && code < 2)) return denied(repository, token.user);
    } else if (!allows(token.scopes, write ? "write" : "read", "repository")) {
      // A reader gets as far as the pre-receive hook, as on Gitea.
      return text(403, "token scope");
    }
    c.set("token", token);
    return backend(c, repository, service, token.user);
  }
  return backend(c, repository, service, undefined);
}

function serviceOf(c: Context<ForgeEnv>): Service | undefined {
  const rest = c.req.param("rest");
  const asked = rest === "info/refs" ? c.req.query("service") : rest;
  return asked === "git-upload-pack" || asked === "git-receive-pack" ? asked : undefined;
}

async function backend(
  c: Context<ForgeEnv>,
  repository: Repository,
  service: Service,
  user: User | undefined,
): Promise<Response> {
  const internals = c.get("internals");
  const pushes = service === "git-receive-pack" && c.req.method === "POST" && user !== undefined;
  const env = { ...internals.git.env, ...cgiEnv(c, repository, user) };
  const serve = async () => {
    const child = spawn("git", ["http-backend"], { env, stdio: ["pipe", "pipe", "ignore"] });
    // The client may go away in the middle; git then ends on its own.
    child.stdin.on("error", () => undefined);
    c.env.incoming.once("close", () => child.stdin.end());
    c.env.incoming.pipe(child.stdin);
    const exited = once(child, "exit");
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout as Readable & AsyncIterable<Buffer>) chunks.push(chunk);
    await exited;
    return Buffer.concat(chunks);
  };
  // Answers are gathered before they are sent, so that a push is known to the forge when the client hears of it.
  const output = pushes
    ? await inTurn(repository, async () => {
        const pushed = await serve();
        await takeOverBranches(internals, repository, user);
        return pushed;
      })
    : await serve();
  return cgiResponse(output);
}

function cgiEnv(
  c: Context<ForgeEnv>,
  repository: Repository,
  user: User | undefined,
): Record<string, string> {
  const { dir } = c.get("internals");
  const optional = {
    CONTENT_TYPE: c.req.header("content-type"),
    CONTENT_LENGTH: c.req.header("content-length"),
    HTTP_CONTENT_ENCODING: c.req.header("content-encoding"),
    GIT_PROTOCOL: c.req.header("git-protocol"),
    REMOTE_USER: user?.login,
  };
  return {
    GIT_PROJECT_ROOT: dir,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: `/${repository.id}.git/${c.req.param("rest")}`,
    REQUEST_METHOD: c.req.method,
    QUERY_STRING: new URL(c.req.url).search.slice(1),
    REMOTE_ADDR: "127.0.0.1",
    ...Object.fromEntries(
      Object.entries(optional).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, value]],
      ),
    ),
    ...(user !== undefined &&
      preReceiveEnv({
        login: user.login,
        face: c.get("internals").state.face,
        mayWrite: rightsOf(user, repository).units.code >= 2,
        protectedBranches: repository.protectedBranches,
      })),
  };
}

function cgiResponse(output: Buffer): Response {
  const end = output.indexOf("\r\n\r\n");
  if (end === -1) return text(500, "git http-backend failed");
  const headers = new Headers();
  let status = 200;
  for (const line of output.subarray(0, end).toString("latin1").split("\r\n")) {
    const colon = line.indexOf(":");
    const key = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (key.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else headers.append(key, value);
  }
  return new Response(new Uint8Array(output.subarray(end + 4)), { status, headers });
}

function redirect(c: Context<ForgeEnv>, name: string): Response {
  const { search } = new URL(c.req.url);
  const { url } = c.get("internals").state;
  const status = c.get("internals").state.face === "github" ? 301 : 307;
  return c.redirect(`${url}/${name}.git/${c.req.param("rest")}${search}`, status);
}

function denied(repository: Repository, user: User): Response {
  return text(403, `Permission to ${fullName(repository)}.git denied to ${user.login}.`);
}

function unauthorized(face: Face): Response {
  const headers = {
    "www-authenticate": `Basic realm="${face === "github" ? "GitHub" : "Gitea"}"`,
    "content-type": "text/plain; charset=utf-8",
  };
  return new Response("Unauthorized\n", { status: 401, headers });
}

function text(status: number, message: string): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
