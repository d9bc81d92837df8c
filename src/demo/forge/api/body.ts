import type { Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import type { Json } from "../json/go.ts";
import { failure, stop } from "./answer.ts";

type Ctx = Context<ForgeEnv>;

/** The JSON object that was sent, or the end of the request with Gitea's 422. */
export async function readBody(c: Ctx): Promise<Json> {
  const text = await c.req.text();
  if (text !== "" && !/^application\/json\b/.test(c.req.header("content-type") ?? "")) {
    throw stop(failure(c, 422, "[]: Empty Content-Type"));
  }
  let value: unknown;
  try {
    value = text === "" ? {} : JSON.parse(text);
  } catch {
    const [character = ""] = text.replace(/^[\s{[]+/, "");
    throw stop(
      failure(c, 422, `[]: invalid character '${character}' looking for beginning of value`),
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw stop(failure(c, 422, "[]: json: cannot unmarshal into Go value"));
  }
  return value as Json;
}

/** A text that must be there and not empty. `field` is in Gitea's words, such as `Body`. */
export function requiredText(c: Ctx, body: Json, key: string, field: string): string {
  const value = optionalText(body, key);
  if (value === undefined || value === "") throw stop(failure(c, 422, `[${field}]: Required`));
  return value;
}

export function optionalText(body: Json, key: string): string | undefined {
  const value = body[key];
  return typeof value === "string" ? value : undefined;
}

export function optionalFlag(body: Json, key: string): boolean | undefined {
  const value = body[key];
  return typeof value === "boolean" ? value : undefined;
}

export function optionalList(body: Json, key: string): unknown[] | undefined {
  const value = body[key];
  return Array.isArray(value) ? value : undefined;
}
