import type { EventIssue, ForgeEvent, OtherEvent, RepositoryId, WordsEvent } from "../event.ts";
import type { ReadDelivery } from "../forge.ts";
import {
  field,
  isObject,
  MAX_BODY,
  MAX_TITLE,
  moment,
  nameOf,
  person,
  positive,
  text,
} from "./fields.ts";

const COMMENT_TYPES = new Set(["issue_comment", "pull_request_comment"]);
const DELIVERY_HEADERS = [
  "X-Gitea-Delivery",
  "X-Forgejo-Delivery",
  "X-Gogs-Delivery",
  "X-GitHub-Delivery",
];

/** Reads what Gitea and Forgejo send. See ReadDelivery. */
export const readGiteaDelivery: ReadDelivery = (headers, body) => {
  const type = eventType(headers);
  if (type === undefined || !isObject(body)) return undefined;
  return COMMENT_TYPES.has(type) ? commentEvent(type, body) : other(type);
};

/** The id that the forge gave a delivery, at most 100 plain characters, or undefined. */
export function deliveryId(headers: Headers): string | undefined {
  const id = DELIVERY_HEADERS.map((name) => headers.get(name)).find((value) => value !== null);
  return id !== undefined && /^[A-Za-z0-9._:-]{1,100}$/.test(id) ? id : undefined;
}

function eventType(headers: Headers): string | undefined {
  const type = headers.get("X-Gitea-Event-Type") ?? headers.get("X-Forgejo-Event-Type");
  if (type !== null) return eventName(type);
  // Servers of old name only the event. There `issue_comment` means both, and `pull_request_comment` is a review.
  const event = eventName(headers.get("X-Gitea-Event") ?? "");
  return event === "pull_request_comment" ? "pull_request_review_comment" : event;
}

function eventName(value: string): string | undefined {
  return /^[a-z_]{1,64}$/.test(value) ? value : undefined;
}

function commentEvent(type: string, body: object): ForgeEvent | undefined {
  const action = field(body, "action");
  if (typeof action !== "string") return undefined;
  if (action !== "created" && action !== "edited") return other(type);
  const repository = readRepositoryId(field(body, "repository"));
  const issue = readIssue(body);
  const comment = readComment(body, action);
  const actor = person(field(body, "sender"));
  if (repository === undefined || issue === undefined) return undefined;
  if (comment === undefined || actor === undefined) return undefined;
  // Deleted users and Gitea's Actions have ids below 1: real, but nobody who could ask for anything.
  if (actor.id <= 0 || comment.author.id <= 0) return other(type);
  return { kind: "words", place: "comment", action, repository, issue, words: comment, actor };
}

function readRepositoryId(value: unknown): RepositoryId | undefined {
  const id = positive(field(value, "id"));
  const owner = nameOf(field(field(value, "owner"), "login"));
  const name = nameOf(field(value, "name"));
  return id === undefined || owner === undefined || name === undefined
    ? undefined
    : { id, owner, name };
}

function readIssue(body: object): EventIssue | undefined {
  const issue = field(body, "issue");
  const number = positive(field(issue, "number"));
  const title = text(field(issue, "title"), MAX_TITLE);
  const words = text(field(issue, "body") ?? "", MAX_BODY);
  if (number === undefined || title === undefined || words === undefined) return undefined;
  const isPullRequest = field(body, "is_pull") === true || isObject(field(issue, "pull_request"));
  return { number, title, body: words, isPullRequest };
}

function readComment(body: object, action: WordsEvent["action"]): WordsEvent["words"] | undefined {
  const comment = field(body, "comment");
  const id = positive(field(comment, "id"));
  const words = text(field(comment, "body"), MAX_BODY);
  const author = person(field(comment, "user"));
  const updatedAt = moment(field(comment, "updated_at"));
  if (id === undefined || words === undefined) return undefined;
  if (author === undefined || updatedAt === undefined) return undefined;
  const before = field(field(field(body, "changes"), "body"), "from");
  const previousBody = action === "edited" ? text(before, MAX_BODY) : undefined;
  return { id, body: words, previousBody, author, updatedAt };
}

function other(name: string): OtherEvent {
  return { kind: "other", name };
}
