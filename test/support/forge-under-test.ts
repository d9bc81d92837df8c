import type { NewTeam } from "../../src/demo/forge/sandbox.ts";
import type { NewReview } from "../../src/demo/forge/sandbox-review.ts";

/** The people of every story, by what they may do in the repository. */
export type Role = "owner" | "writer" | "reader" | "outsider" | "bot";

/** What a hook has to tell the bot. */
export const EVENTS = [
  "issues",
  "issue_comment",
  "pull_request",
  "pull_request_review",
  "repository",
];

/**
 * What a story does to a forge and looks at in it, whether that is the sandbox or a real server. Repositories are
 * `owner/name`, people are logins. Every act throws where the forge refuses it.
 */
export interface ForgeUnderTest extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly url: string;
  readonly people: Readonly<Record<Role, string>>;
  /** The bot's token. */
  readonly token: string;
  /** A token of an admin of the whole server. */
  readonly adminToken: string;
  /** Another token of a person, with these scopes. */
  tokenOf(login: string, scopes: readonly string[]): Promise<string>;
  /** A further person, and a token of every scope. */
  addPerson(
    name: string,
    options?: { mustChangePassword?: boolean },
  ): Promise<{ login: string; token: string }>;
  removePerson(login: string): Promise<void>;

  /** Makes a repository of that person or organisation, whose default branch `main` has these files. */
  addRepository(owner: string, name: string, options: NewShop): Promise<string>;
  /** Makes an organisation, and returns its name: what is asked for may have to be made unique. */
  addOrganization(name: string, owners: readonly string[]): Promise<string>;
  addTeam(organization: string, team: NewTeam): Promise<void>;
  addHook(repository: string, hook: { url: string; secret: string }): Promise<void>;
  /** Returns the new `owner/name`. */
  rename(repository: string, name: string): Promise<string>;
  /** Gives it to another account; returns the new `owner/name`. */
  transfer(repository: string, owner: string): Promise<string>;
  archive(repository: string): Promise<void>;

  createIssue(repository: string, issue: NewIssue): Promise<number>;
  setIssueState(repository: string, number: number, state: "open" | "closed"): Promise<void>;
  editIssue(
    repository: string,
    number: number,
    change: { by: string; title?: string; body?: string },
  ): Promise<void>;
  deleteIssue(repository: string, number: number): Promise<void>;
  lock(repository: string, number: number): Promise<void>;
  label(repository: string, number: number, label: { by: string; name: string }): Promise<void>;
  unlabel(repository: string, number: number, label: { by: string; name: string }): Promise<void>;
  assign(repository: string, number: number, to: { by: string; assignee: string }): Promise<void>;
  unassign(repository: string, number: number, by: string): Promise<void>;
  /** Returns the comment's id. */
  comment(repository: string, number: number, said: { by: string; body: string }): Promise<number>;
  editComment(repository: string, id: number, change: { by: string; body: string }): Promise<void>;
  /** Also of comments on lines, as for `editComment`. */
  deleteComment(repository: string, id: number, by: string): Promise<void>;
  /** Oldest first. */
  thread(repository: string, number: number): Promise<readonly Said[]>;
  /** Contents of the reactions that this person gave to a comment. */
  reactions(repository: string, number: number, comment: number, by: string): Promise<string[]>;

  /** A person's push to a branch, made from the default branch where it is missing. */
  commit(
    repository: string,
    branch: string,
    change: { by: string; files: Readonly<Record<string, string>> },
  ): Promise<void>;
  /** The text of a file at the head of a branch, or undefined. */
  file(repository: string, branch: string, path: string): Promise<string | undefined>;
  hasBranch(repository: string, branch: string): Promise<boolean>;
  /** The messages of the newest commits of a branch, the newest first. */
  messages(repository: string, branch: string): Promise<readonly string[]>;
  deleteBranch(repository: string, branch: string): Promise<void>;
  /** A copy of that person's; returns its `owner/name`. */
  fork(repository: string, owner: string): Promise<string>;
  /** `head` is a branch, or `owner:branch` of a fork. */
  openPull(repository: string, pull: { by: string; title: string; head: string }): Promise<number>;
  /** The ids of the review and of its comments on lines, in the order of these. */
  review(
    repository: string,
    number: number,
    review: NewReview,
  ): Promise<{ id: number; comments: readonly number[] }>;
  /** Answers a comment of a review on a line, as people do on the page. */
  reply(repository: string, number: number, to: NewReply): Promise<void>;
  requestReview(repository: string, number: number, to: { by: string; of: string }): Promise<void>;
  merge(repository: string, number: number, by: string): Promise<void>;
  /** Oldest first. */
  pulls(repository: string): Promise<readonly Pull[]>;

  /** Resolves with what the look brings as soon as it brings something. @throws Error with `what` after `timeoutMs` (60,000) */
  until<T>(
    look: () => Promise<T | undefined>,
    options: { what: string; timeoutMs?: number },
  ): Promise<T>;
}

export interface NewShop {
  /** Nobody else sees it. */
  readonly private?: boolean;
  /** None: an empty repository. */
  readonly files?: Readonly<Record<string, string>>;
  readonly collaborators?: Readonly<Record<string, "read" | "write" | "admin">>;
}

export interface NewReply {
  readonly by: string;
  readonly body: string;
  readonly review: number;
  readonly comment: number;
  readonly path: string;
  readonly line: number;
}

export interface NewIssue {
  readonly by: string;
  readonly title: string;
  readonly body?: string;
  /** Names of labels, made where the repository has not got them. */
  readonly labels?: readonly string[];
  readonly assignees?: readonly string[];
}

export interface Said {
  readonly id: number;
  readonly by: string;
  readonly body: string;
}

export interface Pull {
  readonly number: number;
  readonly head: string;
  readonly base: string;
  readonly state: "open" | "closed";
  readonly by: string;
  readonly body: string;
  readonly url: string;
  readonly reviewers: readonly string[];
}
