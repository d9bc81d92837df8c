import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ForgeEnv } from "../env.ts";
import { goJson } from "../json/go.ts";

type Ctx = Context<ForgeEnv>;

/** A body as Gitea sends it: Go's JSON and a line break. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(`${goJson(body)}\n`, {
    status,
    headers: {
      "content-type": "application/json;charset=utf-8",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  });
}

export function empty(status: number): Response {
  return new Response(null, { status, headers: { "x-content-type-options": "nosniff" } });
}

export function failure(c: Ctx, status: number, message: string): Response {
  return json({ message, url: swagger(c) }, status);
}

/** 404 in the form that lists what was not found, or null. */
export function notFound(c: Ctx, ...errors: string[]): Response {
  return json(
    { errors: errors.length === 0 ? null : errors, message: "not found", url: swagger(c) },
    404,
  );
}

/** Ends the request with that answer from anywhere below a route. */
export function stop(response: Response): HTTPException {
  return new HTTPException(response.status as ContentfulStatusCode, { res: response });
}

function swagger(c: Ctx): string {
  return `${c.get("internals").state.url}/api/swagger`;
}
