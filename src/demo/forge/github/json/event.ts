import { timestamp } from "../../clock.ts";
import type { TimelineEntry } from "../../records.ts";
import type { ForgeState } from "../../state.ts";
import type { Schemas } from "../schemas.ts";
import { viaApp } from "./app.ts";
import { nodeId } from "./node-id.ts";
import { repositoryUrl } from "./repository.ts";
import { userJson } from "./user.ts";

type TimelineEvent = TimelineEntry & { readonly kind: "event" };

/**
 * What happened to an issue, or undefined for what GitHub has no event for. Of an assignment `actor` is the one who
 * was assigned, and `assigner` who did it: GitHub's old mistake, kept by it for the sake of old clients.
 */
export function eventJson(state: ForgeState, entry: TimelineEvent) {
  const name = nameOf(entry);
  if (name === undefined) return undefined;
  const { detail, issue, user } = entry;
  const merged = name === "merged" ? issue.pull?.merged : undefined;
  const url = repositoryUrl(state, issue.repository);
  const isAssignment = name === "assigned" || name === "unassigned";
  return {
    id: entry.id,
    node_id: nodeId("EV", entry.id),
    url: `${url}/issues/events/${entry.id}`,
    actor: userJson(state, isAssignment ? (detail.assignee ?? user) : user),
    event: name,
    commit_id: merged?.sha ?? null,
    commit_url: merged === undefined ? null : `${url}/commits/${merged.sha}`,
    created_at: timestamp(entry.createdAt),
    performed_via_github_app: viaApp(state, user),
    ...(detail.label !== undefined && {
      label: { name: detail.label.name, color: detail.label.color },
    }),
    ...(isAssignment && {
      assignee: userJson(state, detail.assignee ?? user),
      assigner: userJson(state, user),
    }),
    ...(name === "renamed" && {
      rename: { from: detail.oldTitle ?? "", to: detail.newTitle ?? "" },
    }),
    ...(name === "review_requested" &&
      detail.assignee !== undefined && {
        review_requester: userJson(state, user),
        requested_reviewer: userJson(state, detail.assignee),
      }),
  } satisfies Schemas["issue-event"];
}

function nameOf({ type, body, detail }: TimelineEvent): string | undefined {
  switch (type) {
    case "label":
      return body === "1" ? "labeled" : "unlabeled";
    case "assignees":
      return detail.removedAssignee === true ? "unassigned" : "assigned";
    case "close":
      return "closed";
    case "reopen":
      return "reopened";
    case "change_title":
      return "renamed";
    case "merge_pull":
      return "merged";
    case "review_request":
      return "review_requested";
    default:
      return undefined;
  }
}
