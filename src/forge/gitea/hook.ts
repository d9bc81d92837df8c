import type { RemoteHook } from "../admin.ts";
import { field, list, positive, text } from "./fields.ts";

/** A webhook, which GitHub tells in the same words. */
export function readHook(value: unknown): RemoteHook | undefined {
  const id = positive(field(value, "id"));
  const config = field(value, "config");
  if (id === undefined) return undefined;
  return {
    id,
    url: text(field(config, "url"), 2_000) ?? "",
    events: list(field(value, "events")).filter((event) => typeof event === "string"),
    active: field(value, "active") === true,
    json: field(config, "content_type") === "json",
  };
}
