import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname } from "node:path";

/** git over HTTP with one user, as a forge serves it. */
export interface GitServer extends AsyncDisposable {
  readonly url: string;
  /** Answers every request with this status from now on. */
  fail(status: number): void;
  /** The path and authorization header of each request. */
  readonly seen: { path: string; authorization: string | undefined }[];
}

export async function serveGit(repository: string, token: string): Promise<GitServer> {
  const seen: GitServer["seen"] = [];
  let failure: number | undefined;
  const expected = `Basic ${Buffer.from(`bot:${token}`).toString("base64")}`;
  const server = createServer((request, response) => {
    seen.push({ path: request.url ?? "", authorization: request.headers.authorization });
    const isKnown = request.headers.authorization === expected;
    if (failure !== undefined) response.writeHead(failure).end("no");
    else if (isKnown) backend(repository, request, response);
    else response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end("no");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${encodeURIComponent(basename(repository))}`,
    seen,
    fail: (status) => {
      failure = status;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function backend(repository: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_PROJECT_ROOT: dirname(repository),
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      REMOTE_USER: "bot",
      ...(request.headers["content-encoding"] === undefined
        ? {}
        : { HTTP_CONTENT_ENCODING: request.headers["content-encoding"] }),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin);
  const parts: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  child.on("close", () => {
    const all = Buffer.concat(parts);
    const end = all.indexOf("\r\n\r\n");
    const headers = new Map<string, string>();
    for (const line of all.subarray(0, end).toString().split("\r\n")) {
      headers.set(
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 1).trim(),
      );
    }
    const status = Number.parseInt(headers.get("status") ?? "200", 10);
    headers.delete("status");
    response.writeHead(status, Object.fromEntries(headers)).end(all.subarray(end + 4));
  });
}
