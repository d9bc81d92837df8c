import type { IssueEvent, Person, RepositoryId, WordsEvent } from "../forge/event.ts";
import { actsOf } from "../admission/setting.ts";
import type { Comment, Issue, IssueAct, ReviewWords } from "../forge/forge.ts";

/** An act that stands in a list, as a delivery would have told it. Lists do not say who edited. */
export interface Found {
  readonly event: WordsEvent | IssueEvent;
  /** Milliseconds since the epoch, by the forge's clock. */
  readonly writtenAt: number;
  /** Where people read it. */
  readonly url: string;
  /** When it was first written, in whatever words. */
  readonly createdAt: number;
  /** Of a label or an assignment: what the admission may call it. */
  readonly acts?: readonly string[];
  /** Somebody may have had a hand in it whom the list does not name. */
  readonly mayBeEdited: boolean;
}

/** A comment, or words of a review. What the issue says is not known yet, see `withIssue`. */
export function foundWords(repository: RepositoryId, words: Comment | ReviewWords): Found {
  const { id, body, author, updatedAt } = words;
  const mayBeEdited = Date.parse(updatedAt) !== Date.parse(words.createdAt);
  return {
    event: {
      kind: "words",
      place: "place" in words ? words.place : "comment",
      action: mayBeEdited ? "edited" : "created",
      repository,
      issue: { number: words.issueNumber, title: "", body: "", isPullRequest: false },
      words: { id, body, previousBody: undefined, author, updatedAt },
      actor: author,
    },
    writtenAt: Date.parse(updatedAt),
    createdAt: Date.parse(words.createdAt),
    url: words.webUrl,
    mayBeEdited,
  };
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * What of a pull request's reviews was written at or after `since`. Gitea also changes the time of old ones without an
 * edit, of a comment on a line when the line is pushed over, of a review when it is dismissed: what is older than a day
 * counts as that. Times are milliseconds since the epoch.
 */
export function foundInReviews(
  repository: RepositoryId,
  words: readonly ReviewWords[],
  { since, now }: { since: number; now: number },
): readonly Found[] {
  return words
    .filter(({ createdAt }) => now - Date.parse(createdAt) <= DAY_MS)
    .map((one) => foundWords(repository, one))
    .filter(({ writtenAt }) => writtenAt >= since);
}

/**
 * A new issue, or pull request, with its own text. Every comment changes `updatedAt`: an edit looks the same. Its labels
 * and assignees are acts of their own, since a list does not say who set them, and when.
 */
export function foundIssue(repository: RepositoryId, issue: Issue): Found {
  const text = { ...issue, labels: [], assignees: [] };
  return {
    event: issueEvent(repository, text, { action: "opened", actor: issue.author }),
    writtenAt: Date.parse(issue.createdAt),
    createdAt: Date.parse(issue.createdAt),
    url: issue.webUrl,
    mayBeEdited: Date.parse(issue.updatedAt) !== Date.parse(issue.createdAt),
  };
}

/** Somebody set the label, or assigned the issue to the bot. */
export function foundAct(
  repository: RepositoryId,
  issue: Issue,
  act: IssueAct,
  how: { action: "labelled"; label: string } | { action: "assigned" },
): Found {
  // A delivery would have told the issue as it was then.
  const then = { ...issue, updatedAt: act.at };
  return {
    event: issueEvent(repository, then, { ...how, actor: act.actor }),
    writtenAt: Date.parse(act.at),
    createdAt: Date.parse(act.at),
    url: issue.webUrl,
    acts: actsOf(how.action === "labelled" ? "label" : "assignment", act, issue),
    mayBeEdited: false,
  };
}

function issueEvent(
  repository: RepositoryId,
  issue: Issue,
  act: { action: IssueEvent["action"]; actor: Person; label?: string },
): IssueEvent {
  const { number, title, body, isPullRequest, author, createdAt, updatedAt } = issue;
  const { labels, assignees } = issue;
  const text = { number, title, body, isPullRequest };
  return {
    kind: "issue",
    action: act.action,
    repository,
    issue: { ...text, author, createdAt, updatedAt, labels, assignees, merged: false },
    previousBody: undefined,
    label: act.label,
    actor: act.actor,
  };
}
