import type { Attachment } from "./attachment.ts";
import type { ForgeEvent, Person, RepositoryId, WordsPlace } from "./event.ts";

/** How many comments of an issue are read: the newest ones. */
export const MAX_COMMENTS = 200;

/** One configured forge, in the words the bot needs. Each call has its own timeout; errors are KugetsuError:
 * `unavailable` (unreachable, 5xx, 429: another try may work; also 401, a refused token, which `needsOperator`),
 * `forbidden` (403), `not_found` (404), `conflict` (409), `failed` (final). */
export interface Forge {
  readonly kind: "gitea" | "github";
  /** host[:port] of the forge's URL: the `instance` of issue refs. */
  readonly instance: string;
  /** The forge's address without a trailing slash. */
  readonly url: string;
  /** Proves that the forge answers and takes the bot's token. @throws `unavailable` */
  ping(): Promise<void>;
  /** Whose token this is; asked once and remembered. */
  self(): Promise<Bot>;
  repository(owner: string, name: string): Promise<Repository>;
  issue(at: IssueAddress): Promise<Issue>;
  /** All comments, oldest first; at most `MAX_COMMENTS` (the newest ones). */
  comments(at: IssueAddress): Promise<Comment[]>;
  /** One comment by its id, or undefined when it is gone. Says itself to which issue it belongs. */
  comment(owner: string, name: string, id: number): Promise<Comment | undefined>;
  /** A review's body, or a comment on a line of a diff, by its id; undefined when it is gone, or not handed in yet. */
  reviewWords(
    at: IssueAddress,
    place: "review" | "review_comment",
    id: number,
  ): Promise<ReviewWords | undefined>;
  /** The words of the pull request's reviews that were written or edited at or after `since` (ISO 8601), oldest first. */
  reviews(at: IssueAddress, since: string): Promise<readonly ReviewWords[]>;
  /** Who set or took away that label last, and when; undefined where nobody ever did, or that is not known. */
  lastLabelling(at: IssueAddress, label: string): Promise<IssueAct | undefined>;
  /** Who assigned or unassigned that person last. */
  lastAssignment(at: IssueAddress, person: Person): Promise<IssueAct | undefined>;
  /** What was written or changed in a repository at or after `since` (ISO 8601). */
  changes(repository: RepositoryId, since: string, validators: Validators): Promise<Changes>;
  /** What this person may do with the repository's code, established or not at all (fail closed). */
  permission(repository: Repository, person: Person): Promise<Permission>;
  /**
   * Whether everybody who can edit what others wrote in that repository may also push code to it. False where that
   * cannot be told.
   */
  editorsMayPush(repository: Repository): Promise<boolean>;
  /**
   * Whether a word of an operator's list means that person: its login, an organisation or an `organisation/team` that
   * it belongs to. Established by id; false where the forge does not tell. Asked with what the bot has at `at`.
   */
  isNamed(word: string, person: Person, at: RepositoryId): Promise<boolean>;
  /** Adds a reaction; an existing one is not an error. Where the forge has none for those words, the issue gets it. */
  react(at: IssueAddress, to: ReactionTarget, reaction: Reaction): Promise<void>;
  /** Posts a comment and returns its id. Never repeated by itself. */
  createComment(at: IssueAddress, body: string): Promise<number>;
  /** @throws `not_found` when the comment is gone */
  editComment(owner: string, name: string, id: number, body: string): Promise<void>;
  /** The sha of a branch's head, or undefined when there is no such branch. */
  branch(owner: string, name: string, branch: string): Promise<string | undefined>;
  /** The newest pull request (of any state) from that branch of the same repository, or undefined. */
  pullRequest(owner: string, name: string, head: string): Promise<PullRequest | undefined>;
  /** A pull request by its number; undefined where that is none. */
  pullRequestAt(at: IssueAddress): Promise<PullRequest | undefined>;
  createPullRequest(owner: string, name: string, draft: NewPullRequest): Promise<PullRequest>;
  /** Asks for a review, which tells that person. @throws when the forge refuses */
  requestReview(owner: string, name: string, number: number, login: string): Promise<void>;
  /** The pictures that people attached, for the words of one issue or pull request. */
  pictures(at: IssueAddress): Pictures;
  /** The address that git clones from. */
  cloneUrl(owner: string, name: string): string;
  /** What git authenticates with at `cloneUrl`. Asked before each use: a GitHub App's tokens last an hour. */
  credentials(owner: string, name: string): Promise<{ username: string; password: string }>;
  /**
   * Only of a GitHub App: asks for the deliveries since then (milliseconds since 1970) that failed to be sent again, with
   * the ids that they had; each three times at most. Where it is there, nothing is looked for in lists.
   */
  readonly resendFailed?: (since: number) => Promise<Resending>;
}

export interface Resending {
  /** How many deliveries are sent again. */
  readonly resent: number;
  /** How many more failed, and are to be asked for next time. */
  readonly left: number;
  /** Whether all deliveries since then were looked through. */
  readonly isWhole: boolean;
}

/** Reads one verified body; `undefined` when it is not of the shape this forge sends (answered 400). */
export type ReadDelivery = (headers: Headers, body: unknown) => ForgeEvent | undefined;

export interface Bot extends Person {
  readonly email: string;
}

export interface Pictures {
  /**
   * The whole address of what the forge itself keeps, from how that is written in a text; undefined for any other
   * address, of which nothing is ever asked. Asks nobody.
   */
  own(written: string): string | undefined;
  /**
   * What is attached at an address that `own` gave. Nothing in it is checked but its size, at most 5 MB.
   * @throws KugetsuError as the forge's other calls do
   */
  read(address: string, signal: AbortSignal): Promise<Attachment>;
}

export interface IssueAddress {
  readonly owner: string;
  readonly name: string;
  readonly number: number;
}

export interface Repository extends RepositoryId {
  readonly defaultBranch: string;
  readonly empty: boolean;
  readonly archived: boolean;
  readonly ownedByOrganization: boolean;
  readonly webUrl: string;
}

/** A picture, by its name, that was put beside a text, and may stand in it as well. */
export interface Attached {
  /** As it would be written in the text. */
  readonly address: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

export interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: Person;
  readonly state: "open" | "closed";
  readonly isPullRequest: boolean;
  readonly attached?: readonly Attached[];
  /** Names of its labels. */
  readonly labels: readonly string[];
  readonly assignees: readonly Person[];
  /** ISO 8601. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly webUrl: string;
}

export interface Comment {
  readonly id: number;
  readonly issueNumber: number;
  readonly body: string;
  readonly attached?: readonly Attached[];
  readonly author: Person;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly webUrl: string;
}

/** A comment of a review: its body, or one on a line of the diff. */
export interface ReviewWords extends Comment {
  readonly place: "review" | "review_comment";
  /** The file and the line (from 1) that a comment on a line is about, where the forge tells. */
  readonly path?: string | undefined;
  readonly line?: number | undefined;
}

/** What reactions are given to. `id` is that of the words. */
export type ReactionTarget =
  | { readonly place: "issue" }
  | { readonly place: Exclude<WordsPlace, "issue">; readonly id: number };

/** Somebody set or took away a label, or an assignment. */
export interface IssueAct {
  /** The forge's id of the act: the same act has the same, whoever tells of it. */
  readonly id: number;
  readonly isSet: boolean;
  readonly actor: Person;
  /** ISO 8601. */
  readonly at: string;
}

/** What a forge said of a list when it was read last (JSON), so that it need not be sent again. */
export type Validators = Readonly<Record<string, string>>;

/** What is new in a repository, each list oldest first. The same may come again with the next look. */
export interface Changes {
  readonly comments: readonly Comment[];
  /** Issues and pull requests in which anything changed, a new comment included. */
  readonly issues: readonly Issue[];
  readonly validators: Validators;
  /** Whether that was all. If not, ask again from the newest that came. */
  readonly complete: boolean;
}

/** `unknown`: the forge told nothing that could be relied on; `help` says what an operator could do about it. */
export type Permission =
  | { readonly level: "none" | "read" | "write" | "admin" }
  | { readonly level: "unknown"; readonly help: string };

export type Reaction = "eyes" | "rocket" | "confused" | "-1" | "+1";

export interface PullRequest {
  readonly number: number;
  readonly state: "open" | "closed" | "merged";
  readonly author: Person;
  readonly base: string;
  readonly head: string;
  /** Its branch lies in another repository, or that is gone: nothing can be pushed to it. */
  readonly fromFork: boolean;
  readonly webUrl: string;
  readonly body: string;
  /** Logins of those whose review is already asked for. */
  readonly reviewers: readonly string[];
}

export interface NewPullRequest {
  readonly title: string;
  readonly body: string;
  readonly head: string;
  readonly base: string;
}
