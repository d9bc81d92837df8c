import type { Access } from "./sandbox.ts";

/** Whoever may own a repository. Users and organizations share ids and names. */
export type Account = User | Organization;

export interface User {
  readonly kind: "user";
  readonly id: number;
  readonly login: string;
  readonly email: string;
  readonly admin: boolean;
  /** Whose account `slug[bot]` it is. */
  app: App | undefined;
  readonly createdAt: number;
  mustChangePassword: boolean;
}

export interface Organization {
  readonly kind: "organization";
  readonly id: number;
  readonly login: string;
  readonly createdAt: number;
  /** What every member may do in each repository. */
  readonly baseAccess: "none" | Access;
  readonly teams: Team[];
  readonly hooks: Hook[];
}

export interface Team {
  readonly id: number;
  readonly name: string;
  readonly permission: "none" | Access | "owner";
  readonly unitsMap: ReadonlyMap<string, "none" | Access | "owner">;
  readonly members: Set<User>;
  /** Lower-case names without the owner. */
  readonly repositories: ReadonlySet<string> | "all";
}

export interface Token {
  readonly user: User;
  readonly scopes: readonly string[];
  /** Of a GitHub App's installation: what it is good for, and until when. */
  readonly installation?: InstallationGrant;
}

interface InstallationGrant {
  readonly installation: Installation;
  /** What it was narrowed to. */
  readonly repositories: ReadonlySet<Repository> | "all";
  readonly permissions: AppPermissions;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export type AppPermissions = Readonly<Record<string, "read" | "write">>;

/** A GitHub App. */
export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly owner: Account;
  /** `slug[bot]`. */
  readonly bot: User;
  /** PEM. */
  readonly privateKey: string;
  readonly publicKey: string;
  readonly permissions: AppPermissions;
  readonly hook: Hook;
  readonly installations: Installation[];
  readonly createdAt: number;
}

export interface Installation {
  readonly id: number;
  readonly app: App;
  readonly account: Account;
  repositories: ReadonlySet<Repository> | "all";
  readonly createdAt: number;
  updatedAt: number;
}

export interface Repository {
  readonly id: number;
  owner: Account;
  name: string;
  description: string;
  private: boolean;
  archived: boolean;
  defaultBranch: string;
  readonly gitDir: string;
  /** What it was forked from. */
  readonly parent: Repository | undefined;
  readonly collaborators: Map<User, Access>;
  branches: ReadonlyMap<string, string>;
  readonly protectedBranches: Set<string>;
  readonly labels: Label[];
  readonly issues: Map<number, Issue>;
  lastNumber: number;
  /** Numbers of issues that were deleted. */
  readonly deleted: Set<number>;
  /** Contents of Git LFS by their sha256, in hex. */
  readonly lfs: Map<string, Buffer>;
  readonly hooks: Hook[];
  readonly createdAt: number;
  updatedAt: number;
  /** Acts that run git on this repository wait for one another. */
  queue: Promise<unknown>;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  /** Six hex digits. */
  readonly color: string;
  readonly description: string;
}

/** An issue, or a pull request when `pull` is there: both share one sequence of numbers. */
export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly repository: Repository;
  readonly user: User;
  title: string;
  body: string;
  state: "open" | "closed";
  locked: boolean;
  labels: Label[];
  assignees: User[];
  readonly reactions: ReactionRecord[];
  readonly timeline: TimelineEntry[];
  readonly createdAt: number;
  updatedAt: number;
  closedAt: number | undefined;
  readonly pull: Pull | undefined;
}

/** A file that somebody attached to an issue, or to a comment there. */
export interface Attachment {
  readonly id: number;
  readonly uuid: string;
  readonly issue: Issue;
  /** Of that comment's, where it is not the issue's own. */
  readonly comment: Comment | undefined;
  readonly createdAt: number;
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Pull {
  readonly id: number;
  readonly head: string;
  /** Where the branch lies: the repository itself, or a fork of it. */
  readonly headRepository: Repository;
  base: string;
  draft: boolean;
  readonly reviewRequests: ReviewRequest[];
  readonly reviews: Review[];
  merged: { readonly at: number; readonly by: User; readonly sha: string } | undefined;
  difference: Difference;
}

/** What git says about the two branches, as of the last push. */
export interface Difference {
  readonly baseSha: string;
  readonly headSha: string;
  readonly mergeBase: string;
  /** How many commits the head has that the base has not. */
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly files: readonly ChangedFile[];
  readonly mergeable: boolean;
}

export interface ChangedFile {
  readonly path: string;
  readonly status: "added" | "changed" | "deleted";
  readonly additions: number;
  readonly deletions: number;
}

export interface ReviewRequest {
  readonly id: number;
  readonly reviewer: User;
  readonly at: number;
}

/** Reviews share one sequence of ids with the requests for them, as in Gitea. */
export interface Review {
  readonly id: number;
  readonly issue: Issue;
  readonly user: User;
  state: ReviewState;
  body: string;
  readonly edits: string[];
  /** The head of the branch when it was written. */
  readonly sha: string;
  readonly comments: ReviewComment[];
  readonly createdAt: number;
  updatedAt: number;
}

export type ReviewState = "approved" | "changes_requested" | "commented";

/** A comment on a line of the diff; its id is of the sequence of comments. */
export interface ReviewComment {
  readonly id: number;
  readonly review: Review;
  readonly user: User;
  readonly path: string;
  /** Of the new file, from 1. */
  readonly line: number;
  /** The part of the diff down to that line, with its `@@` head. */
  readonly hunk: string;
  /** The first comment of the thread that it answers. */
  readonly replyTo: ReviewComment | undefined;
  body: string;
  readonly edits: string[];
  readonly reactions: ReactionRecord[];
  readonly createdAt: number;
  updatedAt: number;
}

/** Comments and what else happened on an issue share one sequence of ids, as in Gitea. */
export type TimelineEntry = Comment | TimelineEvent;

export interface Comment {
  readonly kind: "comment";
  readonly id: number;
  readonly issue: Issue;
  readonly user: User;
  body: string;
  readonly edits: string[];
  readonly reactions: ReactionRecord[];
  readonly createdAt: number;
  updatedAt: number;
}

interface TimelineEvent {
  readonly kind: "event";
  readonly id: number;
  readonly issue: Issue;
  /** Gitea's word, such as `close`, `label`, `change_title` or `review_request`. */
  readonly type: string;
  readonly user: User;
  readonly body: string;
  readonly createdAt: number;
  readonly detail: TimelineDetail;
}

export interface TimelineDetail {
  readonly oldTitle?: string;
  readonly newTitle?: string;
  readonly label?: Label;
  readonly assignee?: User;
  readonly removedAssignee?: boolean;
}

export interface ReactionRecord {
  readonly id: number;
  readonly user: User;
  readonly content: string;
  readonly at: number;
}

export interface Hook {
  readonly id: number;
  /** `integration` is a GitHub App. */
  readonly target: "repository" | "organization" | "integration";
  /** The id of that repository, organization or App. */
  readonly targetId: number;
  url: string;
  secret: string;
  contentType: "json" | "form";
  /** `*` is all of them. */
  events: ReadonlySet<string>;
  readonly authorization: string;
  active: boolean;
  readonly createdAt: number;
  updatedAt: number;
}
