import { createHash, randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ForgeEnv } from "../env.ts";
import { failure } from "./answer.ts";
import { countRequest } from "./rate-limit.ts";

const VERSIONS = new Set(["2022-11-28", "2026-03-10"]);

/** What every answer has: limits, an ETag, and 304 for what the client has already. */
export const envelope: MiddlewareHandler<ForgeEnv> = async (c, next) => {
  const { state } = c.get("internals");
  const who = c.req.header("authorization");
  const { isOver } = countRequest(state, who, 1);
  const refusal = isOver
    ? failure(403, "API rate limit exceeded.")
    : refusalOf(c.req.header("user-agent"), c.req.header("x-github-api-version"));
  if (refusal === undefined) await next();
  const answer = refusal ?? responseOf(c.error) ?? c.res;
  const isRead = c.req.method === "GET" && answer.status === 200;
  const body = isRead ? await answer.text() : undefined;
  const headers = new Headers(answer.headers);
  if (body !== undefined) {
    headers.set("etag", `W/"${createHash("sha256").update(body).digest("hex")}"`);
    headers.set("cache-control", "private, max-age=60, s-maxage=60");
  }
  const isKnown = body !== undefined && isMatched(c.req.header("if-none-match"), headers);
  const limits = countRequest(state, who, isKnown ? -1 : 0).headers;
  for (const [key, value] of Object.entries(limits)) headers.set(key, value);
  headers.set("x-github-request-id", randomUUID());
  headers.set("x-github-media-type", "github.v3; format=json");
  headers.set(
    "x-github-api-version-selected",
    c.req.header("x-github-api-version") ?? "2022-11-28",
  );
  if (isKnown) headers.delete("content-type");
  const content = isKnown ? null : (body ?? answer.body);
  // Set anew, since hono would merge the headers of the one that was there into it.
  c.res = undefined;
  c.res = new Response(content, { status: isKnown ? 304 : answer.status, headers });
};

function refusalOf(agent: string | undefined, version: string | undefined): Response | undefined {
  if (agent === undefined || agent === "") {
    return failure(
      403,
      "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
    );
  }
  return version === undefined || VERSIONS.has(version)
    ? undefined
    : failure(400, `API version "${version}" is not supported.`);
}

function responseOf(error: Error | undefined): Response | undefined {
  return error instanceof HTTPException ? error.getResponse() : undefined;
}

/** Compared weakly, as for every `GET`. */
function isMatched(asked: string | undefined, headers: Headers): boolean {
  const etag = headers.get("etag")?.replace(/^W\//, "");
  return (asked ?? "").split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
}
