import { once } from "node:events";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler } from "hono";
import { tokenOf } from "./authentication.ts";
import type { ForgeEnv } from "./env.ts";
import type { Faults } from "./faults.ts";
import { goJson } from "./json/go.ts";
import type { Fault, RecordedRequest } from "./sandbox.ts";

const MAX_BODY = 10 * 1024 * 1024;

/** Writes down every request with its answer, and lets the armed faults hit. */
export function intercept(
  faults: Faults,
  requests: RecordedRequest[],
): MiddlewareHandler<ForgeEnv> {
  return async (c, next) => {
    const { state } = c.get("internals");
    const at = state.now();
    const { pathname, search } = new URL(c.req.url);
    const path = pathname + search;
    const body = await jsonBody(c);
    const token = tokenOf(state, c.req.header("authorization"));
    const login = token === undefined || token === "bad" ? undefined : token.user.login;
    const fault = faults.take(c.req.method, path);
    if (fault === undefined || fault.afterwards === true) await next();
    const status = fault?.answer ?? c.res.status;
    requests.push({ method: c.req.method, path, login, status, at, body });
    state.changed();
    if (fault === undefined) return;
    const broken = await breakOff(c, fault);
    // Set anew, since hono would put the headers of the answer that is lost into the fault.
    c.res = undefined;
    c.res = broken;
  };
}

async function breakOff(c: Context<ForgeEnv>, fault: Fault): Promise<Response> {
  switch (fault.answer) {
    case "drop":
      c.env.incoming.socket.destroy();
      return RESPONSE_ALREADY_SENT;
    case "hang":
      // Until the client gives up, or the forge goes down.
      if (!c.env.outgoing.closed) await once(c.env.outgoing, "close");
      return RESPONSE_ALREADY_SENT;
    default: {
      const { face, url } = c.get("internals").state;
      const more =
        face === "github"
          ? { documentation_url: "https://docs.github.com/rest", status: String(fault.answer) }
          : { url: `${url}/api/swagger` };
      const body = fault.body ?? { message: "", ...more };
      const headers = { "content-type": "application/json;charset=utf-8", ...fault.headers };
      return new Response(typeof body === "string" ? body : `${goJson(body)}\n`, {
        status: fault.answer,
        headers,
      });
    }
  }
}

/** Requests that announce a body above the limit are not read. */
export const limitBody: MiddlewareHandler<ForgeEnv> = async (c, next) =>
  Number(c.req.header("content-length") ?? 0) > MAX_BODY
    ? c.text("the body is too large", 413)
    : next();

async function jsonBody(c: Context<ForgeEnv>): Promise<unknown> {
  if (c.req.header("content-type")?.includes("json") !== true) return undefined;
  try {
    return JSON.parse(await c.req.text());
  } catch {
    return undefined;
  }
}
