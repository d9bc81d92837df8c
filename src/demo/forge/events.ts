import type { Internals } from "./internals.ts";
import type { Json } from "./json/go.ts";
import type { Hook, Repository } from "./records.ts";

/** `X-Gitea-Event-Type`: what tells deliveries apart. */
export type EventType =
  | "push"
  | "issues"
  | "issue_assign"
  | "issue_label"
  | "issue_comment"
  | "pull_request"
  | "pull_request_assign"
  | "pull_request_label"
  | "pull_request_comment"
  | "pull_request_sync"
  | "pull_request_review_request"
  | "pull_request_review_approved"
  | "pull_request_review_rejected"
  | "pull_request_review_comment";

/** What is needed to send deliveries. */
export type Sender = Pick<Internals, "state" | "deliveries">;

// The order of Gitea's own list.
const ISSUE_EVENTS = ["issues", "issue_assign", "issue_label", "issue_milestone", "issue_comment"];
const PULL_EVENTS = [
  "pull_request",
  "pull_request_assign",
  "pull_request_label",
  "pull_request_milestone",
  "pull_request_comment",
  "pull_request_review",
  "pull_request_sync",
  "pull_request_review_request",
];
const ALL_EVENTS = ["push", ...ISSUE_EVENTS, ...PULL_EVENTS, "repository"];

/** `issues` and `pull_request` stand for all of their kind; an empty list means push; undefined means all. */
export function expandEvents(events: readonly string[] | undefined): Set<string> {
  if (events === undefined) return new Set(ALL_EVENTS);
  if (events.length === 0) return new Set(["push"]);
  const wanted = new Set(events);
  return new Set(
    ALL_EVENTS.filter(
      (event) =>
        wanted.has(event) ||
        (wanted.has("issues") && ISSUE_EVENTS.includes(event)) ||
        (wanted.has("pull_request") && PULL_EVENTS.includes(event)),
    ),
  );
}

/** `X-Gitea-Event`, which is the same for several types. */
export function eventName(type: string): string {
  if (type === "pull_request_comment" || type === "issue_comment") return "issue_comment";
  if (type.startsWith("pull_request_review_") && type !== "pull_request_review_request") {
    return type.replace("_review", "");
  }
  if (type.startsWith("pull_request")) return "pull_request";
  return type.startsWith("issue") ? "issues" : type;
}

/** Queues a delivery for every active hook of the repository, and of its organization, that asked for it. */
export function fire(
  internals: Sender,
  repository: Repository,
  type: EventType,
  payload: Json,
): void {
  // One switch of a hook stands for all three kinds of reviews.
  const asked = /^pull_request_review_(?!request)/.test(type) ? "pull_request_review" : type;
  for (const hook of hooksOf(repository)) {
    if (hook.active && hook.events.has(asked)) internals.deliveries.queue(hook, type, payload);
  }
}

/** The repository's own hooks first, as Gitea sends them. */
export function hooksOf(repository: Repository): Hook[] {
  const shared = repository.owner.kind === "organization" ? repository.owner.hooks : [];
  return [...repository.hooks, ...shared];
}
