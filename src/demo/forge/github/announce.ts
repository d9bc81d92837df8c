import type { Sender } from "../events.ts";
import type { Happening } from "../happening.ts";
import { isPull } from "../json/pull.ts";
import type { Account } from "../records.ts";
import type { ForgeState } from "../state.ts";
import { about, fire } from "./fire.ts";
import { commentJson, issueJson } from "./json/issue.ts";
import { organizationJson, userJson } from "./json/user.ts";
import { ping } from "./ping.ts";
import { tellPull } from "./tell-pull.ts";
import { tellIssue } from "./tell-issue.ts";
import { tellPush } from "./tell-push.ts";
import { tellReview } from "./tell-review.ts";
import type { Schemas } from "./schemas.ts";

/** Sends GitHub's deliveries about it. */
export function announceAsGitHub(sender: Sender, happening: Happening): void {
  switch (happening.kind) {
    case "opened":
    case "reopened":
    case "deleted":
    case "locked":
    case "unlocked":
    case "closed":
    case "edited":
    case "labels":
    case "assigned":
    case "unassigned": {
      const { issue } = happening;
      if (isPull(issue)) tellPull(sender, { ...happening, issue });
      else tellIssue(sender, { ...happening, issue });
      break;
    }
    case "review_requested":
    case "synchronized":
      tellPull(sender, happening);
      break;
    case "comment":
      tellComment(sender, happening);
      break;
    case "reviewed":
    case "review_edited":
    case "review_comment":
    case "review_comment_edited":
    case "review_comment_deleted":
      tellReview(sender, happening);
      break;
    case "push":
      tellPush(sender, happening);
      break;
    case "renamed":
    case "transferred":
      tellMove(sender, happening);
      break;
    case "hooked":
      ping(sender, happening.hook, happening.to, happening.by);
      break;
  }
}

function tellComment(sender: Sender, happening: Happening & { kind: "comment" }): void {
  const { state } = sender;
  const { comment, by } = happening;
  const { issue } = comment;
  const { repository } = issue;
  const told = {
    issue: issueJson(state, issue),
    comment: commentJson(state, comment),
    ...about(state, repository, by),
  };
  switch (happening.action) {
    case "created":
      fire(sender, repository, "issue_comment", {
        action: "created",
        ...told,
      } satisfies Schemas["webhook-issue-comment-created"]);
      break;
    case "deleted":
      fire(sender, repository, "issue_comment", {
        action: "deleted",
        ...told,
      } satisfies Schemas["webhook-issue-comment-deleted"]);
      break;
    case "edited":
      fire(sender, repository, "issue_comment", {
        action: "edited",
        changes: { body: { from: happening.from } },
        ...told,
      } satisfies Schemas["webhook-issue-comment-edited"]);
      break;
  }
}

/** Unlike Gitea, GitHub tells of a new name and of a new owner. */
function tellMove(
  sender: Sender,
  happening: Happening & { kind: "renamed" | "transferred" },
): void {
  const { state } = sender;
  const { repository, by } = happening;
  const told = about(state, repository, by);
  if (happening.kind === "renamed") {
    fire(sender, repository, "repository", {
      action: "renamed",
      changes: { repository: { name: { from: happening.from } } },
      ...told,
    } satisfies Schemas["webhook-repository-renamed"]);
    return;
  }
  fire(sender, repository, "repository", {
    action: "transferred",
    changes: { owner: { from: formerOwner(state, happening.from) } },
    ...told,
  } satisfies Schemas["webhook-repository-transferred"]);
}

function formerOwner(state: ForgeState, from: Account) {
  return from.kind === "user"
    ? { user: userJson(state, from) }
    : { organization: organizationJson(state, from) };
}
