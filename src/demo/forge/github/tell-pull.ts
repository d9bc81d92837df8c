import type { Sender } from "../events.ts";
import type { IssueHappening } from "../happening.ts";
import type { PullIssue } from "../json/pull.ts";
import { about, fire } from "./fire.ts";
import { labelJson } from "./json/issue.ts";
import { pullJson } from "./json/pull.ts";
import { userJson } from "./json/user.ts";
import type { Schemas } from "./schemas.ts";

type Told = IssueHappening & { readonly issue: PullIssue };

/** `pull_request` deliveries. Pull requests are never deleted. */
export function tellPull(sender: Sender, happening: Told): void {
  const { state } = sender;
  const { issue, by } = happening;
  const { repository, number } = issue;
  const send = (payload: object) => fire(sender, repository, "pull_request", payload);
  const told = {
    number,
    pull_request: pullJson(state, issue),
    ...about(state, repository, by),
  };
  switch (happening.kind) {
    case "opened":
      send({ action: "opened", ...told } satisfies Schemas["webhook-pull-request-opened"]);
      break;
    case "reopened":
      send({ action: "reopened", ...told } satisfies Schemas["webhook-pull-request-reopened"]);
      break;
    case "closed":
      send({ action: "closed", ...told } satisfies Schemas["webhook-pull-request-closed"]);
      break;
    case "locked":
      send({ action: "locked", ...told } satisfies Schemas["webhook-pull-request-locked"]);
      break;
    case "unlocked":
      send({ action: "unlocked", ...told } satisfies Schemas["webhook-pull-request-unlocked"]);
      break;
    case "deleted":
      break;
    case "edited": {
      const changes = { [happening.field]: { from: happening.from } };
      const payload = { action: "edited", changes, ...told } as const;
      send(payload satisfies Schemas["webhook-pull-request-edited"]);
      break;
    }
    case "labels":
      for (const one of happening.added) {
        const label = labelJson(state, repository, one);
        const payload = { action: "labeled", label, ...told } as const;
        send(payload satisfies Schemas["webhook-pull-request-labeled"]);
      }
      for (const one of happening.removed) {
        const label = labelJson(state, repository, one);
        const payload = { action: "unlabeled", label, ...told } as const;
        send(payload satisfies Schemas["webhook-pull-request-unlabeled"]);
      }
      break;
    case "assigned": {
      const assignee = userJson(state, happening.assignee);
      const payload = { action: "assigned", assignee, ...told } as const;
      send(payload satisfies Schemas["webhook-pull-request-assigned"]);
      break;
    }
    case "unassigned": {
      const assignee = userJson(state, happening.assignee);
      const payload = { action: "unassigned", assignee, ...told } as const;
      send(payload satisfies Schemas["webhook-pull-request-unassigned"]);
      break;
    }
    case "review_requested": {
      const requested_reviewer = userJson(state, happening.reviewer);
      const payload = { action: "review_requested", requested_reviewer, ...told } as const;
      send(payload satisfies Schemas["webhook-pull-request-review-requested"]);
      break;
    }
    case "synchronized": {
      const payload = {
        action: "synchronize",
        before: happening.before,
        after: issue.pull.difference.headSha,
        ...told,
      } as const;
      send(payload satisfies Schemas["webhook-pull-request-synchronize"]);
      break;
    }
  }
}
