import type { Sender } from "../events.ts";
import type { IssueHappening } from "../happening.ts";
import type { Issue, Label } from "../records.ts";
import { about, fire } from "./fire.ts";
import { issueJson, labelJson } from "./json/issue.ts";
import { userJson } from "./json/user.ts";
import type { Schemas } from "./schemas.ts";

type Told = Exclude<IssueHappening, { kind: "review_requested" | "synchronized" }>;

/** `issues` deliveries. A new issue's labels and assignees are told one by one after it. */
export function tellIssue(sender: Sender, happening: Told): void {
  const { state } = sender;
  const { issue, by } = happening;
  const send = (payload: object) => fire(sender, issue.repository, "issues", payload);
  const told = { issue: issueJson(state, issue), ...about(state, issue.repository, by) };
  switch (happening.kind) {
    case "opened":
      send({ action: "opened", ...told } satisfies Schemas["webhook-issues-opened"]);
      tellIssue(sender, { kind: "labels", issue, by, added: issue.labels, removed: [] });
      for (const assignee of issue.assignees) {
        tellIssue(sender, { kind: "assigned", issue, by, assignee });
      }
      break;
    case "reopened":
      send({ action: "reopened", ...told } satisfies Reopened);
      break;
    case "deleted":
      send({ action: "deleted", ...told } satisfies Schemas["webhook-issues-deleted"]);
      break;
    case "locked":
      send({ action: "locked", ...told } satisfies Locked);
      break;
    case "unlocked":
      send({ action: "unlocked", ...told } satisfies Unlocked);
      break;
    case "closed":
      send({ action: "closed", ...told } satisfies Schemas["webhook-issues-closed"]);
      break;
    case "edited": {
      const changes = { [happening.field]: { from: happening.from } };
      send({ action: "edited", changes, ...told } satisfies Schemas["webhook-issues-edited"]);
      break;
    }
    case "labels":
      for (const label of happening.added) {
        const payload = {
          action: "labeled",
          label: labelOf(sender, issue, label),
          ...told,
        } as const;
        send(payload satisfies Schemas["webhook-issues-labeled"]);
      }
      for (const label of happening.removed) {
        const payload = {
          action: "unlabeled",
          label: labelOf(sender, issue, label),
          ...told,
        } as const;
        send(payload satisfies Schemas["webhook-issues-unlabeled"]);
      }
      break;
    case "assigned": {
      const assignee = userJson(state, happening.assignee);
      send({ action: "assigned", assignee, ...told } satisfies Schemas["webhook-issues-assigned"]);
      break;
    }
    case "unassigned": {
      const assignee = userJson(state, happening.assignee);
      const payload = { action: "unassigned", assignee, ...told } as const;
      send(payload satisfies Schemas["webhook-issues-unassigned"]);
      break;
    }
  }
}

type Reopened = Schemas["webhook-issues-reopened"];
type Locked = Omit<Schemas["webhook-issues-locked"], "issue">;
type Unlocked = Omit<Schemas["webhook-issues-unlocked"], "issue">;

function labelOf({ state }: Sender, issue: Issue, label: Label) {
  return labelJson(state, issue.repository, label);
}
