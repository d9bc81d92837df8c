import type { Context } from "hono";
import type { ListedDelivery } from "../deliveries.ts";
import type { ForgeEnv } from "../env.ts";
import type { Hook } from "../records.ts";
import { invalid, json, notFound, stop } from "./answer.ts";
import { digits, optional, text } from "./fields.ts";
import { deliveryItemJson } from "./json/hook.ts";
import { readQuery } from "./read.ts";

type Ctx = Context<ForgeEnv>;

const PREFIX = "v1_";

/** Deliveries, newest first. These lists have no page numbers: each page says where the next one starts. */
export function deliveryPage(c: Ctx, hook: Hook): Response {
  const { per_page = 30, cursor } = readQuery(c, {
    per_page: optional(digits),
    cursor: optional(text),
  });
  const size = Math.min(Math.max(per_page, 1), 100);
  if (cursor !== undefined && !/^v1_\d+$/.test(cursor)) {
    return invalid({ resource: "HookDelivery", field: "cursor", code: "invalid" });
  }
  const before =
    cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor.slice(PREFIX.length));
  const left = c
    .get("internals")
    .deliveries.of(hook)
    .filter((one) => one.number < before)
    .toReversed();
  const part = left.slice(0, size);
  const last = part.at(-1);
  const headers: Record<string, string> = {};
  if (last !== undefined && left.length > size) {
    const { pathname } = new URL(c.req.url);
    const next = `${c.get("internals").state.url}${pathname}?per_page=${size}&cursor=${PREFIX}${last.number}`;
    headers["link"] = `<${next}>; rel="next"`;
  }
  return json(part.map(deliveryItemJson), 200, headers);
}

export function deliveryOf(c: Ctx, hook: Hook): ListedDelivery {
  const number = Number(c.req.param("delivery"));
  const listed = c
    .get("internals")
    .deliveries.of(hook)
    .find((one) => one.number === number);
  if (listed === undefined) throw stop(notFound());
  return listed;
}

/** Sends it again with the same id, in the background. */
export function attempt(c: Ctx, hook: Hook): Response {
  const { record } = deliveryOf(c, hook);
  void c.get("internals").deliveries.repeat(record, false);
  return json({}, 202);
}
