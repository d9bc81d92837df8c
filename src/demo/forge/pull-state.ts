import { fire, type EventType } from "./events.ts";
import type { Internals } from "./internals.ts";
import type { Json } from "./json/go.ts";
import { pullJson, type PullIssue } from "./json/pull.ts";
import { repositoryJson } from "./json/repository.ts";
import { userJson } from "./json/user.ts";
import { note } from "./timeline.ts";
import type { User } from "./records.ts";

export function setPullState(
  internals: Internals,
  issue: PullIssue,
  to: "open" | "closed",
  by: User,
): void {
  if (issue.state === to) return;
  issue.state = to;
  issue.updatedAt = internals.state.now();
  issue.closedAt = to === "closed" ? internals.state.now() : undefined;
  note(internals.state, issue, to === "closed" ? "close" : "reopen", by);
  tellPull(internals, issue, "pull_request", to === "closed" ? "closed" : "reopened", by);
  internals.state.changed();
}

/** Fires one of the events about a pull request. */
export function tellPull(
  internals: Internals,
  issue: PullIssue,
  type: EventType,
  action: string,
  by: User,
  more: { changes?: Json; requestedReviewer?: User } = {},
): void {
  const { state } = internals;
  const { requestedReviewer: reviewer } = more;
  fire(internals, issue.repository, type, {
    action,
    number: issue.number,
    ...(more.changes !== undefined && { changes: more.changes }),
    pull_request: pullJson(state, issue, by),
    requested_reviewer: reviewer === undefined ? null : userJson(state, reviewer, undefined),
    repository: repositoryJson(state, issue.repository, by),
    sender: userJson(state, by, undefined),
    commit_id: "",
    review: null,
  });
}
