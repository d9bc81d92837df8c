import { wantedEvents } from "./events.ts";
import type { Hook } from "./records.ts";
import type { NewHook } from "./sandbox.ts";
import type { ForgeState } from "./state.ts";

export function createHook(
  state: ForgeState,
  target: { readonly kind: Hook["target"]; readonly id: number },
  draft: NewHook & { readonly active?: boolean },
): Hook {
  return {
    id: state.nextId("hook"),
    target: target.kind,
    targetId: target.id,
    url: draft.url,
    secret: draft.secret ?? "",
    contentType: draft.contentType ?? "json",
    events: wantedEvents(state.face, draft.events),
    authorization: draft.authorization ?? "",
    active: draft.active ?? true,
    createdAt: state.now(),
    updatedAt: state.now(),
  };
}
