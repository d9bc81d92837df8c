import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const FIXTURES = new URL("../../fixtures/gitea-1.26/", import.meta.url);

/** A delivery as a real server sent it; `body` is the exact text of the request. */
export interface CapturedDelivery {
  readonly file: string;
  readonly headers: Headers;
  readonly body: string;
}

/** What a real server answered. `path` may have a query; without one it stands for every query. */
export interface CapturedAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Whom it answers; everybody unless told. */
  readonly token?: string;
}

export function capturedDeliveries(): CapturedDelivery[] {
  const folder = new URL("deliveries/", FIXTURES);
  return readdirSync(folder)
    .toSorted()
    .map((file) => {
      const { headers, body } = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as {
        headers: Record<string, string>;
        body: string;
      };
      return { file, headers: new Headers(headers), body };
    });
}

export function capturedDelivery(start: string): CapturedDelivery {
  const found = capturedDeliveries().find(({ file }) => file.startsWith(start));
  if (found === undefined) throw new Error(`no delivery ${start}`);
  return found;
}

/** The answer whose file starts so; `change` puts it elsewhere, for what was not asked while capturing. */
export function captured(start: string, change: Partial<CapturedAnswer> = {}): CapturedAnswer {
  const folder = new URL("api/", FIXTURES);
  const file = readdirSync(folder).find((name) => name.startsWith(start));
  if (file === undefined) throw new Error(`no answer ${start}`);
  const { request, response } = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as {
    request: { method: string; path: string };
    response: { status: number; headers: Record<string, string>; body: unknown };
  };
  const total = response.headers["x-total-count"];
  return {
    method: request.method,
    path: request.path,
    status: response.status,
    headers: total === undefined ? {} : { "x-total-count": total },
    body: response.body,
    ...change,
  };
}

export interface Replay extends AsyncDisposable {
  readonly url: string;
  /** `METHOD path?query` of each request, in order. */
  readonly asked: string[];
  readonly bodies: unknown[];
  readonly tokens: (string | undefined)[];
  /** What each request wants to be answered only if it has changed (`If-None-Match`). */
  readonly known: (string | undefined)[];
  /** The content type of each request. */
  readonly types: (string | undefined)[];
}

/** A server that answers with what was captured; what is not there is answered 501, which no test expects. */
export async function replay(answers: readonly CapturedAnswer[], prefix = ""): Promise<Replay> {
  const asked: string[] = [];
  const bodies: unknown[] = [];
  const tokens: (string | undefined)[] = [];
  const known: (string | undefined)[] = [];
  const types: (string | undefined)[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const text = await readText(request);
    const path = request.url ?? "";
    asked.push(`${request.method} ${path}`);
    bodies.push(text === "" ? undefined : JSON.parse(text));
    tokens.push(request.headers.authorization);
    known.push(request.headers["if-none-match"]);
    types.push(request.headers["content-type"]);
    const found = answers.find(
      (one) =>
        one.method === request.method &&
        [undefined, request.headers.authorization?.replace("Bearer ", "")].includes(one.token) &&
        [path, path.split("?")[0]].includes(`${prefix}${one.path}`),
    );
    const body = found === undefined ? { message: `not captured: ${path}` } : found.body;
    response.writeHead(found?.status ?? 501, {
      "content-type": "application/json;charset=utf-8",
      ...found?.headers,
    });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    asked,
    bodies,
    tokens,
    known,
    types,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}
