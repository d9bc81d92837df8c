/** A delivery in one shape, the same for every forge. Every word in it is hostile input. */
export type ForgeEvent =
  | WordsEvent
  | WordsGoneEvent
  | IssueEvent
  | ReviewEvent
  | RepositoryEvent
  | InstallationEvent
  | OtherEvent;

/**
 * Where words stand that may hold a command: a comment in the thread, the text of the issue or pull request itself, the
 * body of a review, or a comment on a line of a diff.
 */
export type WordsPlace = "comment" | "issue" | "review" | "review_comment";

/** Someone wrote or edited words: a comment, a review's body, a comment on a line. Those of an issue are an IssueEvent. */
export interface WordsEvent {
  readonly kind: "words";
  readonly place: Exclude<WordsPlace, "issue">;
  readonly action: "created" | "edited";
  readonly repository: RepositoryId;
  readonly issue: EventIssue;
  readonly words: {
    /** Unique among the words of that place. */
    readonly id: number;
    readonly body: string;
    /** What stood there before an edit, where the forge tells. */
    readonly previousBody: string | undefined;
    readonly author: Person;
    /** ISO 8601. */
    readonly updatedAt: string;
  };
  /** Who caused it: on an edit the editor, who may be another person than the author. */
  readonly actor: Person;
}

/** Words are gone. Orders of them that wait are taken back. */
export interface WordsGoneEvent {
  readonly kind: "words_gone";
  readonly place: Exclude<WordsPlace, "issue">;
  readonly repository: RepositoryId;
  readonly issueNumber: number;
  readonly id: number;
  readonly actor: Person;
}

/** Something became of an issue or a pull request. */
export interface IssueEvent {
  readonly kind: "issue";
  /** `labels_changed`: the forge does not say which label; compare `issue.labels` with what was known. */
  readonly action:
    | "opened"
    | "edited"
    | "closed"
    | "reopened"
    | "deleted"
    | "labelled"
    | "unlabelled"
    | "labels_changed"
    | "assigned"
    | "unassigned";
  readonly repository: RepositoryId;
  readonly issue: EventIssue & {
    readonly author: Person;
    /** ISO 8601. */
    readonly createdAt: string;
    readonly updatedAt: string;
    /** Names of all labels that it has now. */
    readonly labels: readonly string[];
    readonly assignees: readonly Person[];
    /** Of a pull request that is closed: whether it was merged. */
    readonly merged: boolean;
  };
  /** The text before an edit, where the forge tells. */
  readonly previousBody: string | undefined;
  /** The label that was set or taken away, where the forge tells. */
  readonly label: string | undefined;
  readonly actor: Person;
}

/** A review was handed in whose words the delivery does not tell (all): they have to be read. */
export interface ReviewEvent {
  readonly kind: "review";
  readonly repository: RepositoryId;
  readonly issueNumber: number;
  readonly actor: Person;
}

/** A repository got another name or owner, or is gone. `repository` is what it is called now. */
export interface RepositoryEvent {
  readonly kind: "repository";
  readonly action: "renamed" | "transferred" | "deleted" | "other";
  readonly repository: RepositoryId;
}

/** A GitHub App was installed, changed or removed. */
export interface InstallationEvent {
  readonly kind: "installation";
  readonly action: "created" | "deleted" | "changed";
  readonly id: number;
  readonly account: Person;
  /** Repositories that it newly has access to; empty for a removal. */
  readonly repositories: readonly RepositoryId[];
}

/** Anything the bot does nothing with (a ping, a push): answered with 202 and forgotten. */
export interface OtherEvent {
  readonly kind: "other";
  readonly name: string;
  /** Where it happened, if that is told. */
  readonly repository?: RepositoryId | undefined;
}

export interface EventIssue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly isPullRequest: boolean;
}

export interface Person {
  readonly id: number;
  readonly login: string;
}

/** A repository as a delivery names it: followed by `id`, since a rename is announced to nobody. */
export interface RepositoryId {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
}
