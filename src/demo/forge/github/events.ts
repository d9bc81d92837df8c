/** The events that the sandbox tells of, as an App or a hook asks for them. */
export const EVENTS = [
  "issues",
  "issue_comment",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "push",
  "repository",
] as const;

export type AppEvent = (typeof EVENTS)[number];

/** What GitHub knows besides; a hook may ask for it, and never hears of it here. */
const OTHERS: ReadonlySet<string> = new Set([
  "*",
  "branch_protection_rule",
  "check_run",
  "check_suite",
  "commit_comment",
  "create",
  "delete",
  "deployment",
  "discussion",
  "fork",
  "label",
  "member",
  "meta",
  "milestone",
  "organization",
  "public",
  "pull_request_review_thread",
  "release",
  "star",
  "status",
  "watch",
  "workflow_run",
]);

export function isAppEvent(name: string): name is AppEvent {
  return EVENTS.some((event) => event === name);
}

export function isHookEvent(name: string): boolean {
  return isAppEvent(name) || OTHERS.has(name);
}
