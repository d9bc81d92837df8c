import type { EventIssue, ForgeEvent, IssueEvent, Person } from "../../event.ts";
import {
  field,
  isObject,
  list,
  MAX_BODY,
  MAX_TITLE,
  moment,
  person,
  positive,
  text,
} from "../fields.ts";
import { otherEvent, readRepositoryId } from "./repository.ts";

const MAX_LABEL = 200;

/** Of issues and pull requests. Gitea does not say which label was set or taken away, nor who was assigned. */
const ACTIONS = new Map<unknown, IssueEvent["action"]>([
  ["opened", "opened"],
  ["edited", "edited"],
  ["closed", "closed"],
  ["reopened", "reopened"],
  ["deleted", "deleted"],
  ["label_updated", "labels_changed"],
  ["label_cleared", "labels_changed"],
  ["assigned", "assigned"],
  ["unassigned", "unassigned"],
]);

/** What became of an issue or a pull request. */
export function issueEvent(type: string, body: object): ForgeEvent | undefined {
  const named = field(body, "action");
  if (typeof named !== "string") return undefined;
  const action = ACTIONS.get(named);
  if (action === undefined) return otherEvent(type, body);
  const isPullRequest = type.startsWith("pull_request");
  const subject = field(body, isPullRequest ? "pull_request" : "issue");
  const repository = readRepositoryId(field(body, "repository"));
  const told = readSubject(subject, isPullRequest);
  const actor = person(field(body, "sender"));
  if (repository === undefined || told === undefined || actor === undefined) return undefined;
  // Such a delivery still names the labels that were there.
  const issue = named === "label_cleared" ? { ...told, labels: [] } : told;
  const previousBody = action === "edited" ? readPrevious(body, issue.body) : undefined;
  return { kind: "issue", action, repository, issue, previousBody, label: undefined, actor };
}

/** The issue or pull request that a delivery is about. */
export function readEventIssue(value: unknown, isPull: boolean): EventIssue | undefined {
  const number = positive(field(value, "number"));
  const title = text(field(value, "title"), MAX_TITLE);
  const body = text(field(value, "body") ?? "", MAX_BODY);
  if (number === undefined || title === undefined || body === undefined) return undefined;
  return { number, title, body, isPullRequest: isPull || isObject(field(value, "pull_request")) };
}

function readSubject(value: unknown, isPull: boolean): IssueEvent["issue"] | undefined {
  const issue = readEventIssue(value, isPull);
  const author = person(field(value, "user"));
  const createdAt = moment(field(value, "created_at"));
  const updatedAt = moment(field(value, "updated_at"));
  if (issue === undefined || author === undefined) return undefined;
  if (createdAt === undefined || updatedAt === undefined) return undefined;
  return {
    ...issue,
    author,
    createdAt,
    updatedAt,
    labels: list(field(value, "labels"))
      .map((label) => text(field(label, "name"), MAX_LABEL))
      .filter((name) => name !== undefined),
    assignees: assigneesOf(value),
    merged: field(value, "merged") === true,
  };
}

function assigneesOf(issue: unknown): readonly Person[] {
  return list(field(issue, "assignees"))
    .map(person)
    .filter((one) => one !== undefined);
}

/** An edit of the title alone names no text: that is what it was. */
function readPrevious(body: object, now: string): string | undefined {
  const changes = field(body, "changes");
  const before = text(field(field(changes, "body"), "from"), MAX_BODY);
  return before ?? (isObject(field(changes, "title")) ? now : undefined);
}
