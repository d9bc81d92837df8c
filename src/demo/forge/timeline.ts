import type { Issue, TimelineDetail, User } from "./records.ts";
import type { ForgeState } from "./state.ts";

/** Writes down what happened to an issue besides comments. */
export function note(
  state: ForgeState,
  issue: Issue,
  type: string,
  by: User,
  more: { body?: string; detail?: TimelineDetail } = {},
): void {
  issue.timeline.push({
    kind: "event",
    id: state.nextId("entry"),
    issue,
    type,
    user: by,
    body: more.body ?? "",
    createdAt: state.now(),
    detail: more.detail ?? {},
  });
}
