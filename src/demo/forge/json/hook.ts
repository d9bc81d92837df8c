import { timestamp } from "../clock.ts";
import type { Hook } from "../records.ts";
import type { Json } from "./go.ts";

/** The secret is never told again. */
export function hookJson(hook: Hook): Json {
  return {
    id: hook.id,
    type: "gitea",
    branch_filter: "",
    config: { content_type: hook.contentType, url: hook.url },
    events: [...hook.events],
    authorization_header: hook.authorization,
    active: hook.active,
    updated_at: timestamp(hook.updatedAt),
    created_at: timestamp(hook.createdAt),
  };
}
