import type { Issue } from "../forge/forge.ts";
import type { Found } from "./found.ts";
import type { Place } from "./place.ts";

// The issue is marked as changed when the words are written: by some forges a moment later.
const SAME_ACT_MS = 1_000;

/**
 * The event with what its issue says, as far as that cannot have been changed since the order was given: its author may
 * be somebody who waited for that. undefined when the issue is gone.
 */
export async function withIssue(
  place: Place,
  { event, writtenAt }: Found,
): Promise<Found["event"] | undefined> {
  // It is the order itself.
  if (event.kind === "issue" && event.action === "opened") return event;
  const issue = await place.issue(event.issue.number);
  if (issue === undefined) return undefined;
  const { isPullRequest } = issue;
  const { title, body } = (await isAsItWas(place, issue, writtenAt))
    ? issue
    : { title: "", body: "" };
  return event.kind === "words"
    ? { ...event, issue: { ...event.issue, title, body, isPullRequest } }
    : { ...event, issue: { ...event.issue, title, body, isPullRequest } };
}

async function isAsItWas(place: Place, issue: Issue, writtenAt: number): Promise<boolean> {
  if (Date.parse(issue.updatedAt) <= writtenAt + SAME_ACT_MS) return true;
  return (await place.editorsMayPush()) && place.mayPush(issue.author);
}
