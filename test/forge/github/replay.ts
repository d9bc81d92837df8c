import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";

/** A request that is expected, and what GitHub answers. */
export interface Exchange {
  readonly method?: "GET" | "POST" | "PATCH";
  /** With its whole query, in any order. */
  readonly path: string;
  /** What must be sent, exactly. */
  readonly body?: unknown;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is. */
  readonly answer?: unknown;
  /** Answers once only, so that the same request may be answered otherwise later. */
  readonly once?: boolean;
}

export interface Replay extends AsyncDisposable {
  readonly url: string;
  /** `METHOD path?query` of each request, in order. */
  readonly asked: readonly string[];
  readonly authorizations: readonly (string | undefined)[];
  readonly conditions: readonly (string | undefined)[];
}

/**
 * A server below `/api/v3` that knows these exchanges alone. A request that is not among them, with another query or
 * body or without what GitHub wants in its headers, is answered 501, and the test fails at the server's end.
 */
export async function replay(exchanges: readonly Exchange[]): Promise<Replay> {
  const left = [...exchanges];
  const asked: string[] = [];
  const wrong: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const conditions: (string | undefined)[] = [];

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const text = await readText(request);
    const { method = "", headers } = request;
    const path = (request.url ?? "").replace(/^\/api\/v3/, "");
    const body = text === "" ? undefined : (JSON.parse(text) as unknown);
    asked.push(`${method} ${path}`);
    authorizations.push(headers.authorization);
    conditions.push(headers["if-none-match"]);
    const at = left.findIndex(
      (one) =>
        (one.method ?? "GET") === method &&
        sorted(one.path) === sorted(path) &&
        isDeepStrictEqual(one.body, body),
    );
    const found = left[at];
    const polite =
      headers["user-agent"]?.startsWith("kugetsu") === true &&
      headers["accept"] === "application/vnd.github.v3+json" &&
      headers["x-github-api-version"] === "2022-11-28" &&
      request.url?.startsWith("/api/v3/") === true;
    if (found === undefined || !polite) {
      wrong.push(`${method} ${request.url} ${text}`);
      response.writeHead(501).end();
      return;
    }
    if (found.once === true) left.splice(at, 1);
    const { status = method === "POST" ? 201 : 200, answer = {} } = found;
    response.writeHead(status, {
      "content-type": "application/json; charset=utf-8",
      ...found.headers,
    });
    response.end(
      status === 304 || status === 204
        ? undefined
        : typeof answer === "string"
          ? answer
          : JSON.stringify(answer),
    );
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    authorizations,
    conditions,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      if (wrong.length > 0) throw new Error(`not expected: ${wrong.join("\n")}`);
    },
  };
}

function sorted(path: string): string {
  const { pathname, searchParams } = new URL(path, "http://github.test");
  searchParams.sort();
  return `${pathname}?${searchParams.toString()}`;
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}
