import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Schemas } from "./schemas.ts";

export const DOCUMENTATION = "https://docs.github.com/rest";

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  });
}

export function empty(status = 204): Response {
  return new Response(null, { status });
}

export function failure(status: number, message: string): Response {
  const body = {
    message,
    documentation_url: DOCUMENTATION,
    status: String(status),
  } satisfies Schemas["basic-error"];
  return json(body, status);
}

export function notFound(): Response {
  return failure(404, "Not Found");
}

export type Problem = NonNullable<Schemas["validation-error"]["errors"]>[number];

/** 422 for what was understood and cannot be done. */
export function invalid(...errors: Problem[]): Response {
  const body = {
    message: "Validation Failed",
    errors,
    documentation_url: DOCUMENTATION,
  } satisfies Schemas["validation-error"];
  return json({ ...body, status: "422" }, 422);
}

/** 422 for a request that is not of the form that the description asks for. */
export function malformed(...reasons: string[]): Response {
  return failure(422, ["Invalid request.", ...reasons].join("\n\n"));
}

/** Ends the request with that answer from anywhere below a route. */
export function stop(response: Response): HTTPException {
  return new HTTPException(response.status as ContentfulStatusCode, { res: response });
}
