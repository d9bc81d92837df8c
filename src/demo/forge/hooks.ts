import { expandEvents } from "./events.ts";
import type { Hook } from "./records.ts";
import type { NewHook } from "./sandbox.ts";
import type { ForgeState } from "./state.ts";

export function createHook(
  state: ForgeState,
  target: Hook["target"],
  draft: NewHook & { readonly active?: boolean },
): Hook {
  return {
    id: state.nextId("hook"),
    target,
    url: draft.url,
    secret: draft.secret ?? "",
    contentType: draft.contentType ?? "json",
    events: expandEvents(draft.events),
    authorization: draft.authorization ?? "",
    active: draft.active ?? true,
    createdAt: state.now(),
    updatedAt: state.now(),
  };
}
