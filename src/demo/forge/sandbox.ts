import type { AllowedHosts } from "./allowed-host.ts";
import type { AppWithKey, NewApp } from "./sandbox-app.ts";
import type { NewReview, ReviewSummary } from "./sandbox-review.ts";

/**
 * What the demo and the tests do to the sandbox forge from outside of HTTP: set it up, act as people, look at
 * what has become of it, and break it.
 *
 * Acts that only change the forge's own records are synchronous; acts that run git are asynchronous. Deliveries
 * are sent in the background, one after another per hook. A repository is named `owner/name`. Every act throws
 * an `Error` that names what is missing when a user, repository, issue, comment or branch does not exist.
 */
export interface SandboxForge extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  /** `127.0.0.1:PORT`: the instance of issue refs. */
  readonly host: string;
  readonly version: string;

  addUser(login: string, options?: NewUser): UserWithToken;
  /**
   * Another token of that person, with Gitea's scopes such as `write:issue`, `read:user` or `all` (40 hex digits), or
   * those of GitHub's classic tokens such as `repo`, `public_repo` or `all` (`ghp_…`).
   */
  addToken(login: string, scopes: readonly string[]): string;
  addOrganization(name: string, options: NewOrganization): { id: number };
  /** A team sees all repositories of its organization unless `repositories` lists some. */
  addTeam(organization: string, team: NewTeam): { id: number };

  /** Commits `files` as its initial commit by the owner, or takes over all branches of `gitDir`. */
  addRepository(repository: string, options?: NewRepository): Promise<RepositoryAddress>;
  setCollaborator(repository: string, login: string, access: Access | undefined): void;
  /** The old name redirects from then on; on Gitea no delivery tells of it. */
  rename(repository: string, newName: string): void;
  /** Gives it to another account; the old name redirects, and on Gitea no delivery tells of it. */
  transfer(repository: string, newOwner: string): void;
  /** A copy that belongs to `owner`, for pull requests from outside. */
  fork(repository: string, options: { owner: string; name?: string }): Promise<RepositoryAddress>;
  archive(repository: string, archived?: boolean): void;
  addHook(repository: string, hook: NewHook): { id: number };
  addOrganizationHook(organization: string, hook: NewHook): { id: number };

  /** GitHub alone: an App with a key of its own, installed nowhere yet. */
  addApp(app: NewApp): AppWithKey;
  /**
   * Installs an App for an account, or changes for which of its repositories it is installed: those named (without
   * the owner), or all.
   */
  installApp(slug: string, account: string, repositories?: readonly string[]): { id: number };
  uninstallApp(slug: string, account: string): void;
  /** Takes a manifest as if `owner` had confirmed it on the page, and returns the code to convert. */
  manifestCode(manifest: unknown, owner: string): string;

  /** Labels that are missing are made. */
  createIssue(repository: string, issue: NewThread): number;
  editIssue(
    repository: string,
    number: number,
    change: { by: string; title?: string; body?: string },
  ): void;
  closeIssue(repository: string, number: number, by?: string): void;
  reopenIssue(repository: string, number: number, by?: string): void;
  lockIssue(repository: string, number: number, locked?: boolean): void;
  /** Sets a label on an issue or pull request; one that the repository has not is made. */
  label(repository: string, number: number, label: { by: string; name: string }): void;
  unlabel(repository: string, number: number, label: { by: string; name: string }): void;
  assign(repository: string, number: number, to: { by: string; assignee: string }): void;
  unassign(repository: string, number: number, from: { by: string; assignee: string }): void;
  /** As on Gitea the issue and its comments are gone; the number is never used again. */
  deleteIssue(repository: string, number: number, by?: string): void;
  /** Comments on an issue or pull request and returns the comment's id. */
  comment(repository: string, number: number, comment: { by: string; body: string }): number;
  editComment(id: number, change: { by: string; body: string }): void;
  deleteComment(id: number, by?: string): void;
  react(commentId: number, reaction: Reaction): void;
  /**
   * Attaches a file to an issue, or to a comment there, and returns the Markdown that shows it in a text. Whoever may
   * read the repository sees it.
   */
  attach(
    repository: string,
    number: number,
    file: { name: string; bytes: Uint8Array; comment?: number },
  ): string;

  issue(repository: string, number: number): IssueThread;
  /** Oldest first. */
  pulls(repository: string): PullSummary[];
  /** A real merge commit in the bare repository; closes the pull request and the issues that it fixes. */
  merge(repository: string, number: number, options: { by: string }): Promise<{ sha: string }>;
  closePull(repository: string, number: number, by?: string): void;
  /** A person's pull request; `head` is a branch, or `owner:branch` of a fork. Returns its number. */
  openPull(repository: string, pull: NewPullRequest): Promise<number>;
  /** Asks that person for a review; once is enough. */
  requestReview(
    repository: string,
    number: number,
    request: { by: string; reviewer: string },
  ): void;
  /** Hands in a review. Its ids: of the review, and of the comments in the order given. */
  review(
    repository: string,
    number: number,
    review: NewReview,
  ): Promise<{ id: number; comments: number[] }>;
  editReview(id: number, change: { by: string; body: string }): void;
  /** Answers a comment on a line, in its thread, and returns the answer's id. */
  replyToReview(commentId: number, reply: { by: string; body: string }): number;
  editReviewComment(id: number, change: { by: string; body: string }): void;
  deleteReviewComment(id: number, by?: string): void;
  /** Oldest first, of an issue's pull request. */
  reviews(repository: string, number: number): ReviewSummary[];

  /** Name to sha of every branch, as of the last push or act. */
  branches(repository: string): ReadonlyMap<string, string>;
  /** A person's push: adds, replaces (text) or removes (undefined) files on a branch, which is made when missing. */
  commit(repository: string, branch: string, change: NewCommit): Promise<{ sha: string }>;
  deleteBranch(repository: string, branch: string, by?: string): Promise<void>;
  /** The text of a file at the head of a branch, or undefined when it is not there. */
  file(repository: string, branch: string, path: string): Promise<string | undefined>;
  /** Stores a content of Git LFS, and returns the pointer that a commit has in its place. */
  addLfsObject(repository: string, content: string): string;
  /** The bare repository. */
  gitDir(repository: string): string;
  /** Pushes to that branch are refused from then on, with Gitea's words. */
  protect(repository: string, branch: string): void;

  /** Arms a fault for the next requests that match; several are tried in the order in which they were armed. */
  fail(fault: Fault): void;
  /** Drops the faults that are still armed. */
  clearFaults(): void;
  /** Connections are refused, and open ones cut, until `up()`. */
  down(): Promise<void>;
  /** Listens on the same port again. */
  up(): Promise<void>;

  /** Every request that was answered or broken off, in order. */
  readonly requests: readonly RecordedRequest[];
  /** Every delivery that was tried, in the order of sending. */
  readonly deliveries: readonly RecordedDelivery[];
  /** Sends a recorded delivery again: the same id, or a new one as a replay from Gitea's page has. */
  redeliver(id: string, options?: { newId?: boolean }): Promise<RecordedDelivery>;
  /** Sends a hand-made delivery to the repository's first hook. */
  deliver(repository: string, delivery: HandMadeDelivery): Promise<RecordedDelivery>;
  /** Resolves when every delivery that was due has been tried. */
  deliveriesSent(): Promise<void>;

  /**
   * Resolves as soon as the predicate holds; it is asked at once and after every change (a request, an act, a
   * delivery). An exception in it counts as "not yet".
   * @throws Error with `what` and the last exception after `timeoutMs` (10,000)
   */
  until(
    predicate: (forge: SandboxForge) => boolean | Promise<boolean>,
    options?: { timeoutMs?: number; what?: string },
  ): Promise<void>;
}

/** Whose API the forge speaks, and whose deliveries it sends. */
export type Face = "gitea" | "github";

export interface SandboxForgeOptions {
  /** `gitea` when left out. */
  readonly face?: Face;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Where the bare repositories lie; a temporary directory, removed at the end, when left out. */
  readonly dir?: string;
  /** What Gitea's `GET /version` answers. */
  readonly version?: string;
  /** The PATH on which git is found; the usual system directories when left out. */
  readonly path?: string;
  /**
   * `external`, a real server's default, sends no delivery to this machine or a private network; every one is sent when
   * left out.
   */
  readonly allowedHosts?: AllowedHosts;
  /** The clock; `Date.now` when left out. */
  readonly now?: () => number;
}

export interface NewUser {
  readonly admin?: boolean;
  /** `LOGIN@example.org` when left out. */
  readonly email?: string;
  /** A new account whose every API call answers 403 until the password is changed. */
  readonly mustChangePassword?: boolean;
}

export interface UserWithToken {
  readonly id: number;
  readonly login: string;
  readonly email: string;
  /** 40 hex digits, or `ghp_…` on GitHub; scope `all`. */
  readonly token: string;
}

export interface NewOrganization {
  /** Logins of the Owners team. */
  readonly owners: readonly string[];
  /** What GitHub gives every member (of any team) in each of its repositories; nothing when left out. */
  readonly baseAccess?: Access;
}

/** `triage` is read and `maintain` is write with a little more, on GitHub alone. */
export type Access = "read" | "triage" | "write" | "maintain" | "admin";

export interface NewTeam {
  readonly name: string;
  /** `none` with a `unitsMap` is a team by unit, the usual kind; `admin` reaches every unit. */
  readonly permission?: "none" | Access;
  /** Unit to access, such as `{"repo.code": "write", "repo.issues": "write"}`. */
  readonly unitsMap?: Readonly<Record<string, "none" | Access>>;
  readonly members?: readonly string[];
  /** Names (without the owner) of the repositories it sees; all when left out. */
  readonly repositories?: readonly string[];
}

export interface NewRepository {
  readonly private?: boolean;
  readonly description?: string;
  readonly collaborators?: Readonly<Record<string, Access>>;
  /** Path to content; with neither `files` nor `gitDir` the repository is empty. */
  readonly files?: Readonly<Record<string, string>>;
  readonly gitDir?: string;
  /** `main` when left out. */
  readonly defaultBranch?: string;
}

interface RepositoryAddress {
  readonly id: number;
  readonly gitDir: string;
  readonly cloneUrl: string;
}

export interface NewHook {
  readonly url: string;
  /** Empty or left out: signature headers are there and empty. */
  readonly secret?: string;
  /** `json` when left out. */
  readonly contentType?: "json" | "form";
  /** As in Gitea's API (`issues`, `issue_comment`, `push`, ...); every event when left out. */
  readonly events?: readonly string[];
  /** Sent as the Authorization header. */
  readonly authorization?: string;
}

export interface NewThread {
  readonly by: string;
  readonly title: string;
  readonly body?: string;
  readonly labels?: readonly string[];
  readonly assignees?: readonly string[];
}

export interface NewPullRequest {
  readonly by: string;
  readonly title: string;
  readonly body?: string;
  readonly head: string;
  /** The default branch when left out. */
  readonly base?: string;
}

export interface Reaction {
  readonly by: string;
  readonly content: string;
}

export interface IssueThread {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly by: string;
  readonly state: "open" | "closed";
  readonly locked: boolean;
  readonly labels: readonly string[];
  /** Logins. */
  readonly assignees: readonly string[];
  readonly reactions: readonly Reaction[];
  readonly comments: readonly ThreadComment[];
}

export interface ThreadComment {
  readonly id: number;
  readonly by: string;
  readonly body: string;
  /** ISO 8601, whole seconds. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** All earlier bodies, oldest first. */
  readonly edits: readonly string[];
  readonly reactions: readonly Reaction[];
}

export interface PullSummary {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly head: string;
  /** `owner/name` of the repository in which the head lies. */
  readonly headRepository: string;
  readonly base: string;
  readonly state: "open" | "closed";
  readonly merged: boolean;
  readonly by: string;
  readonly reviewers: readonly string[];
  readonly url: string;
}

export interface NewCommit {
  readonly by: string;
  readonly message: string;
  readonly files: Readonly<Record<string, string | undefined>>;
  /** The branch to start from when the named one is missing; the default branch when left out. */
  readonly from?: string;
}

export interface Fault {
  /** Any method when left out. */
  readonly method?: string;
  /** Tried on path and query, such as `/api/v1/repos/olivia/shop/issues/1/comments`; any when left out. */
  readonly path?: RegExp;
  /** A status with an empty message; `drop` cuts the connection; `hang` never answers. */
  readonly answer: number | "drop" | "hang";
  /** Whether the act is done all the same before that answer: a lost answer, not a lost request. */
  readonly afterwards?: boolean;
  /** How many requests it hits; 1 when left out, Infinity for all. */
  readonly times?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Whose token it came with. */
  readonly login: string | undefined;
  /** What was answered; `drop` or `hang` for a fault of that kind. */
  readonly status: number | "drop" | "hang";
  /** Milliseconds since the epoch, on arrival. */
  readonly at: number;
  /** The parsed JSON body, or undefined. */
  readonly body: unknown;
}

export interface RecordedDelivery {
  /** `X-Gitea-Delivery`, or `X-GitHub-Delivery`. */
  readonly id: string;
  readonly hookId: number;
  /** `X-Gitea-Event-Type` or `X-GitHub-Event`, such as `issue_comment` or `pull_request_comment`. */
  readonly event: string;
  readonly action: string | undefined;
  /** What the receiver answered; undefined while under way; 0 when it could not be reached within 5 s, or may not be. */
  readonly status: number | undefined;
  /** The exact text that was sent. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, when it was sent. */
  readonly at: number;
}

interface HandMadeDelivery {
  /** `X-Gitea-Event-Type`, or `X-GitHub-Event`. */
  readonly event: string;
  /** Text is sent as it is, anything else as JSON. */
  readonly body: unknown;
  /** Another secret than the hook's; empty for no signature. */
  readonly signWith?: string;
  /** A delivery id; a new one when left out. */
  readonly id?: string;
  /** Headers over the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}
