import { readDeliveryId } from "../delivery-id.ts";
import type {
  EventIssue,
  ForgeEvent,
  InstallationEvent,
  IssueEvent,
  OtherEvent,
  RepositoryEvent,
  RepositoryId,
  WordsEvent,
} from "../event.ts";
import type { ReadDelivery } from "../forge.ts";
import {
  field,
  GHOST,
  isObject,
  list,
  MAX_BODY,
  MAX_TITLE,
  moment,
  nameOf,
  positive,
  text,
} from "../gitea/fields.ts";
import { readRepositoryId } from "../gitea/delivery/repository.ts";
import { account, isBot } from "./account.ts";

/** Each reader gives undefined for what is malformed. */
type Read = (body: object, action: string) => ForgeEvent | undefined;

const READERS: Readonly<Record<string, Read>> = {
  issues: (body, action) => issueEvent("issues", "issue", body, action),
  pull_request: (body, action) => issueEvent("pull_request", "pull_request", body, action),
  issue_comment: (body, action) =>
    wordsEvent({ name: "issue_comment", place: "comment", issue: "issue" }, body, action),
  pull_request_review: reviewEvent,
  pull_request_review_comment: (body, action) =>
    wordsEvent(
      { name: "pull_request_review_comment", place: "review_comment", issue: "pull_request" },
      body,
      action,
    ),
  repository: repositoryEvent,
  installation: installationEvent,
  installation_repositories: installationEvent,
};

const ISSUE_ACTIONS: Readonly<Record<string, IssueEvent["action"]>> = {
  opened: "opened",
  edited: "edited",
  closed: "closed",
  reopened: "reopened",
  deleted: "deleted",
  // It has another number in another repository from now on.
  transferred: "deleted",
  labeled: "labelled",
  unlabeled: "unlabelled",
  assigned: "assigned",
  unassigned: "unassigned",
};

/** What becomes of an issue counts whoever did it: a merge queue closes pull requests too. */
const FATES = new Set<IssueEvent["action"]>(["closed", "reopened", "deleted"]);

/** Reads what GitHub sends. See ReadDelivery. Bots do not command: what they write or set is nothing. */
export const readGitHubDelivery: ReadDelivery = (headers, body) => {
  const name = headers.get("X-GitHub-Event") ?? "";
  if (!/^[a-z0-9_]{1,64}$/.test(name) || !isObject(body)) return undefined;
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (read === undefined) return other(name, body);
  const action = field(body, "action");
  return typeof action === "string" ? read(body, action) : undefined;
};

const WORDS = ["created", "edited", "deleted"];
const ACTED_ON: Readonly<Record<string, readonly string[]>> = {
  issue_comment: WORDS,
  pull_request_review_comment: WORDS,
  pull_request_review: ["submitted", "edited"],
  repository: ["renamed", "transferred", "deleted"],
  issues: Object.keys(ISSUE_ACTIONS),
  pull_request: Object.keys(ISSUE_ACTIONS),
};

/** Whether something may come of such a delivery: an order, or what becomes of one. */
export function isActedOn(event: unknown, action: unknown): boolean {
  if (typeof event !== "string" || typeof action !== "string") return false;
  return Object.hasOwn(ACTED_ON, event) && ACTED_ON[event]?.includes(action) === true;
}

/** The id that GitHub gave a delivery, the same when it is sent again; at most 100 plain characters, or undefined. */
export function deliveryId(headers: Headers): string | undefined {
  return readDeliveryId(headers.get("X-GitHub-Delivery"));
}

function issueEvent(
  name: string,
  key: "issue" | "pull_request",
  body: object,
  said: string,
): ForgeEvent | undefined {
  const action = Object.hasOwn(ISSUE_ACTIONS, said) ? ISSUE_ACTIONS[said] : undefined;
  if (action === undefined) return other(name, body);
  const one = field(body, key);
  const repository = repositoryOf(body);
  const issue = issueOf(body, key);
  const actor = account(field(body, "sender"));
  const createdAt = moment(field(one, "created_at"));
  const updatedAt = moment(field(one, "updated_at"));
  if (repository === undefined || issue === undefined || actor === undefined) return undefined;
  if (createdAt === undefined || updatedAt === undefined) return undefined;
  const byBot =
    isBot(field(body, "sender")) ||
    ((action === "opened" || action === "edited") && isBot(field(one, "user")));
  if (byBot && !FATES.has(action)) return other(name, body);
  return {
    kind: "issue",
    action,
    repository,
    issue: {
      ...issue,
      author: account(field(one, "user")) ?? GHOST,
      createdAt,
      updatedAt,
      labels: list(field(one, "labels"))
        .map((label) => labelName(label))
        .filter((label) => label !== undefined),
      assignees: list(field(one, "assignees"))
        .map(account)
        .filter((assignee) => assignee !== undefined),
      merged: field(one, "merged") === true,
    },
    previousBody: action === "edited" ? previousBody(body, issue.body) : undefined,
    label:
      action === "labelled" || action === "unlabelled"
        ? labelName(field(body, "label"))
        : undefined,
    actor,
  };
}

interface Place {
  readonly name: string;
  readonly place: "comment" | "review_comment";
  readonly issue: "issue" | "pull_request";
}

function wordsEvent(where: Place, body: object, action: string): ForgeEvent | undefined {
  if (action !== "created" && action !== "edited" && action !== "deleted") {
    return other(where.name, body);
  }
  const comment = field(body, "comment");
  const repository = repositoryOf(body);
  const issue = issueOf(body, where.issue);
  const id = positive(field(comment, "id"));
  const actor = account(field(body, "sender"));
  if (repository === undefined || issue === undefined) return undefined;
  if (id === undefined || actor === undefined) return undefined;
  if (action === "deleted") {
    const { number: issueNumber } = issue;
    return { kind: "words_gone", place: where.place, repository, issueNumber, id, actor };
  }
  const words = text(field(comment, "body"), MAX_BODY);
  const updatedAt = moment(field(comment, "updated_at"));
  if (words === undefined || updatedAt === undefined) return undefined;
  const author = speaker(body, field(comment, "user"));
  if (author === undefined) return other(where.name, body);
  return {
    kind: "words",
    place: where.place,
    action,
    repository,
    issue,
    words: { id, body: words, previousBody: previousOf(body, action, words), author, updatedAt },
    actor,
  };
}

function reviewEvent(body: object, said: string): ForgeEvent | undefined {
  const name = "pull_request_review";
  if (said !== "submitted" && said !== "edited") return other(name, body);
  const action = said === "submitted" ? "created" : "edited";
  const review = field(body, "review");
  const repository = repositoryOf(body);
  const issue = issueOf(body, "pull_request");
  const id = positive(field(review, "id"));
  const actor = account(field(body, "sender"));
  const updatedAt = moment(field(review, "updated_at")) ?? moment(field(review, "submitted_at"));
  if (repository === undefined || issue === undefined || id === undefined) return undefined;
  if (actor === undefined || updatedAt === undefined) return undefined;
  const words = text(field(review, "body"), MAX_BODY) ?? "";
  const author = speaker(body, field(review, "user"));
  // Its comments on lines come as deliveries of their own.
  if (words === "" || author === undefined) return other(name, body);
  return {
    kind: "words",
    place: "review",
    action,
    repository,
    issue,
    words: { id, body: words, previousBody: previousOf(body, action, words), author, updatedAt },
    actor,
  };
}

/** Who wrote words that count: undefined for a bot, a deleted account, and for what a bot edited. */
function speaker(body: object, author: unknown) {
  return isBot(author) || isBot(field(body, "sender")) ? undefined : account(author);
}

function repositoryEvent(body: object, action: string): RepositoryEvent | undefined {
  const repository = repositoryOf(body);
  if (repository === undefined) return undefined;
  const known = action === "renamed" || action === "transferred" || action === "deleted";
  return { kind: "repository", action: known ? action : "other", repository };
}

function installationEvent(
  body: object,
  action: string,
): InstallationEvent | OtherEvent | undefined {
  const installation = field(body, "installation");
  const id = positive(field(installation, "id"));
  if (id === undefined) return undefined;
  const owner = account(field(installation, "account"));
  // A whole enterprise has no login, and no repositories.
  if (owner === undefined) return other("installation", body);
  const kind = action === "created" || action === "deleted" ? action : "changed";
  const added = [...list(field(body, "repositories")), ...list(field(body, "repositories_added"))];
  return {
    kind: "installation",
    action: kind,
    id,
    account: owner,
    // GitHub repeats the list on a removal.
    repositories: kind === "deleted" ? [] : added.map(listedRepository).filter(isKnown),
  };
}

/** Of an installation's repositories only the full name is told. */
function listedRepository(value: unknown): RepositoryId | undefined {
  const id = positive(field(value, "id"));
  const full = text(field(value, "full_name"), 250)?.split("/") ?? [];
  const owner = nameOf(full[0]);
  const name = nameOf(full[1]);
  if (id === undefined || owner === undefined || name === undefined) return undefined;
  return full.length === 2 ? { id, owner, name } : undefined;
}

function isKnown<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function repositoryOf(body: object): RepositoryId | undefined {
  return readRepositoryId(field(body, "repository"));
}

function issueOf(body: object, key: "issue" | "pull_request"): EventIssue | undefined {
  const issue = field(body, key);
  const number = positive(field(issue, "number"));
  const title = text(field(issue, "title"), MAX_TITLE);
  const words = text(field(issue, "body") ?? "", MAX_BODY);
  if (number === undefined || title === undefined || words === undefined) return undefined;
  const isPullRequest = key === "pull_request" || isObject(field(issue, "pull_request"));
  return { number, title, body: words, isPullRequest };
}

function labelName(value: unknown): string | undefined {
  return text(field(value, "name"), 100);
}

function previousOf(body: object, action: WordsEvent["action"], now: string): string | undefined {
  return action === "edited" ? previousBody(body, now) : undefined;
}

/** GitHub names what changed: where the body is not among it, it is what it was. */
function previousBody(body: object, now: string): string | undefined {
  const changes = field(body, "changes");
  if (!isObject(changes)) return undefined;
  const change = field(changes, "body");
  return change === undefined ? now : text(field(change, "from") ?? "", MAX_BODY);
}

function other(name: string, body: object): OtherEvent {
  return { kind: "other", name, repository: repositoryOf(body) };
}
