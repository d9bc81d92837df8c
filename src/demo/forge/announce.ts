import { fire, type EventType, type Sender } from "./events.ts";
import type { Happening, Push } from "./happening.ts";
import { commitJson } from "./json/commit.ts";
import type { Json } from "./json/go.ts";
import { commentJson, issueJson } from "./json/issue.ts";
import { isPull, pullJson, type PullIssue } from "./json/pull.ts";
import { repositoryJson } from "./json/repository.ts";
import { userJson } from "./json/user.ts";
import type { Issue, Review, ReviewComment, User } from "./records.ts";
import { fullName } from "./state.ts";

const NOTHING = "0".repeat(40);
const REVIEW_EVENTS = {
  approved: "pull_request_review_approved",
  changes_requested: "pull_request_review_rejected",
  commented: "pull_request_review_comment",
} as const;

/** Sends Gitea's deliveries about it. Gitea says nothing of locks, edited reviews, renames and transfers. */
export function announceAsGitea(internals: Sender, happening: Happening): void {
  const { by } = happening;
  switch (happening.kind) {
    case "opened":
      tellOpened(internals, happening.issue, by);
      break;
    case "reopened":
      tellIssue(internals, happening.issue, happening.kind, by);
      break;
    case "closed":
      tellIssue(internals, happening.issue, "closed", by, { commitId: happening.commitId });
      break;
    case "deleted":
      if (!isPull(happening.issue)) tellIssue(internals, happening.issue, "deleted", by);
      break;
    case "edited": {
      const changed = { [happening.field]: { from: happening.from } };
      const changes = { ...changed, added_labels: null, removed_labels: null };
      tellIssue(internals, happening.issue, "edited", by, { changes });
      break;
    }
    case "labels": {
      const action = happening.issue.labels.length === 0 ? "label_cleared" : "label_updated";
      tell(internals, happening.issue, "label", action, by);
      break;
    }
    case "assigned":
    case "unassigned":
      tell(internals, happening.issue, "assign", happening.kind, by);
      break;
    case "review_requested":
      firePull(internals, happening.issue, "pull_request_review_request", happening.kind, by, {
        requestedReviewer: happening.reviewer,
      });
      break;
    case "synchronized":
      firePull(internals, happening.issue, "pull_request_sync", happening.kind, by);
      break;
    case "reviewed":
      tellReview(internals, happening.issue, happening.review);
      break;
    case "comment":
      tellComment(internals, happening);
      break;
    case "push":
      tellPush(internals, happening);
      break;
    case "review_comment":
      // Those of a review come with it; an answer is told as a comment.
      if (happening.comment.replyTo !== undefined) tellLine(internals, happening, "created");
      break;
    case "review_comment_edited":
      tellLine(internals, happening, "edited", happening.from);
      break;
    case "review_comment_deleted":
      tellLine(internals, happening, "deleted");
      break;
    case "locked":
    case "unlocked":
    case "review_edited":
    case "hooked":
    case "renamed":
    case "transferred":
      break;
  }
}

interface More {
  readonly changes?: Json;
  readonly commitId?: string;
  readonly requestedReviewer?: User;
  readonly review?: Json;
}

/** As on Gitea a new issue's assignees are told of before it, one by one, and its labels after it, all at once. */
function tellOpened(internals: Sender, issue: Issue, by: User): void {
  if (isPull(issue)) {
    tellIssue(internals, issue, "opened", by);
    return;
  }
  for (const _ of issue.assignees) tell(internals, issue, "assign", "assigned", by);
  tellIssue(internals, issue, "opened", by);
  if (issue.labels.length > 0) tell(internals, issue, "label", "label_updated", by);
}

function tell(
  internals: Sender,
  issue: Issue,
  what: "assign" | "label",
  action: string,
  by: User,
): void {
  if (isPull(issue)) firePull(internals, issue, `pull_request_${what}`, action, by);
  else fireIssue(internals, issue, `issue_${what}`, action, by);
}

function tellIssue(internals: Sender, issue: Issue, action: string, by: User, more?: More): void {
  if (isPull(issue)) firePull(internals, issue, "pull_request", action, by, more);
  else fireIssue(internals, issue, "issues", action, by, more);
}

function fireIssue(
  internals: Sender,
  issue: Issue,
  type: EventType,
  action: string,
  by: User,
  more: More = {},
): void {
  const { state } = internals;
  fire(internals, issue.repository, type, {
    action,
    number: issue.number,
    ...(more.changes !== undefined && { changes: more.changes }),
    issue: issueJson(state, issue, by),
    repository: repositoryJson(state, issue.repository, by),
    sender: userJson(state, by, undefined),
    commit_id: more.commitId ?? "",
  });
}

function firePull(
  internals: Sender,
  issue: PullIssue,
  type: EventType,
  action: string,
  by: User,
  more: More = {},
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
    review: more.review ?? null,
  });
}

/** The words on lines are not in it. */
function tellReview(internals: Sender, issue: PullIssue, review: Review): void {
  const type = REVIEW_EVENTS[review.state];
  firePull(internals, issue, type, "reviewed", review.user, {
    requestedReviewer: review.user,
    review: { type, content: review.body },
  });
}

function tellComment(internals: Sender, happening: Happening & { readonly kind: "comment" }): void {
  const { comment, action, by } = happening;
  const from = action === "edited" ? happening.from : undefined;
  fireComment(internals, { issue: comment.issue, comment, action, by, from });
}

/** A comment on a line, in the same words as any other. */
function tellLine(
  internals: Sender,
  { issue, comment, by }: { issue: PullIssue; comment: ReviewComment; by: User },
  action: Told["action"],
  from?: string,
): void {
  fireComment(internals, { issue, comment: { ...comment, issue }, action, by, from });
}

interface Told {
  readonly issue: Issue;
  readonly comment: Parameters<typeof commentJson>[1];
  readonly action: "created" | "edited" | "deleted";
  readonly by: User;
  readonly from: string | undefined;
}

function fireComment(internals: Sender, { issue, comment, action, by, from }: Told): void {
  const { state } = internals;
  const pull = isPull(issue);
  fire(internals, issue.repository, pull ? "pull_request_comment" : "issue_comment", {
    action,
    issue: issueJson(state, issue, by),
    ...(pull && { pull_request: pullJson(state, issue, by) }),
    comment: commentJson(state, comment, by),
    ...(from !== undefined && {
      changes: { body: { from }, added_labels: null, removed_labels: null },
    }),
    repository: repositoryJson(state, issue.repository, by),
    sender: userJson(state, by, undefined),
    is_pull: pull,
  });
}

/** Of a deleted branch nothing is told: that would be a `delete` delivery. */
function tellPush(internals: Sender, push: Push): void {
  const { state } = internals;
  const { repository, after, by } = push;
  if (after === undefined) return;
  const json = push.commits.map((commit) => commitJson(state, repository, commit, "with paths"));
  const compared = push.commits.length === 0 ? repository.defaultBranch : (push.start ?? NOTHING);
  fire(internals, repository, "push", {
    ref: `refs/heads/${push.branch}`,
    before: push.before ?? NOTHING,
    after,
    compare_url: `${state.url}/${fullName(repository)}/compare/${compared}...${after}`,
    commits: json,
    total_commits: json.length,
    head_commit:
      push.head === undefined ? null : commitJson(state, repository, push.head, "with paths"),
    repository: repositoryJson(state, repository, by),
    pusher: userJson(state, by, undefined),
    sender: userJson(state, by, undefined),
  });
}
