import type { ForgeEvent, WordsEvent } from "../../event.ts";
import { field, MAX_BODY, moment, person, positive, text } from "../fields.ts";
import { readEventIssue } from "./issue.ts";
import { otherEvent, readRepositoryId } from "./repository.ts";

/** A comment on an issue or a pull request. So come replies to comments on lines, and edits and deletions of these. */
export function commentEvent(type: string, body: object): ForgeEvent | undefined {
  const action = field(body, "action");
  if (typeof action !== "string") return undefined;
  if (action === "deleted") return commentGone(body);
  if (action !== "created" && action !== "edited") return otherEvent(type, body);
  const repository = readRepositoryId(field(body, "repository"));
  const subject = field(body, "issue");
  const issue = readEventIssue(subject, field(body, "is_pull") === true);
  const words = readWords(body, action);
  const actor = person(field(body, "sender"));
  if (repository === undefined || issue === undefined) return undefined;
  if (words === undefined || actor === undefined) return undefined;
  // Deleted users and Gitea's Actions have ids below 1: real, but nobody who could ask for anything.
  if (actor.id <= 0 || words.author.id <= 0) return otherEvent(type, body);
  return { kind: "words", place: "comment", action, repository, issue, words, actor };
}

function commentGone(body: object): ForgeEvent | undefined {
  const repository = readRepositoryId(field(body, "repository"));
  const issueNumber = positive(field(field(body, "issue"), "number"));
  const id = positive(field(field(body, "comment"), "id"));
  const actor = person(field(body, "sender"));
  if (repository === undefined || issueNumber === undefined) return undefined;
  if (id === undefined || actor === undefined) return undefined;
  return { kind: "words_gone", place: "comment", repository, issueNumber, id, actor };
}

function readWords(body: object, action: WordsEvent["action"]): WordsEvent["words"] | undefined {
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
