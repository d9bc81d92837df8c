import type { ForgeEvent, Person, RepositoryId } from "./event.ts";

/** How many comments of an issue are read: the newest ones. */
export const MAX_COMMENTS = 200;

/** One configured forge, in the words the bot needs. Each call has its own timeout; errors are KugetsuError:
 * `unavailable` (unreachable, 5xx, 429: another try may work; also 401, a refused token, which `needsOperator`),
 * `forbidden` (403), `not_found` (404), `conflict` (409), `failed` (final). */
export interface Forge {
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
  /** What this person may do with the repository's code, established or not at all (fail closed). */
  permission(repository: Repository, person: Person): Promise<Permission>;
  /** Adds a reaction; an existing one is not an error. */
  react(owner: string, name: string, commentId: number, reaction: Reaction): Promise<void>;
  /** Posts a comment and returns its id. Never repeated by itself. */
  createComment(at: IssueAddress, body: string): Promise<number>;
  /** @throws `not_found` when the comment is gone */
  editComment(owner: string, name: string, id: number, body: string): Promise<void>;
  /** The sha of a branch's head, or undefined when there is no such branch. */
  branch(owner: string, name: string, branch: string): Promise<string | undefined>;
  /** The newest pull request (of any state) from that branch of the same repository, or undefined. */
  pullRequest(owner: string, name: string, head: string): Promise<PullRequest | undefined>;
  createPullRequest(owner: string, name: string, draft: NewPullRequest): Promise<PullRequest>;
  /** Asks for a review, which tells that person. @throws when the forge refuses */
  requestReview(owner: string, name: string, number: number, login: string): Promise<void>;
  /** The address that git clones from. */
  cloneUrl(owner: string, name: string): string;
  /** What git authenticates with at `cloneUrl`. */
  credentials(): { username: string; password: string };
}

/** Reads one verified body; `undefined` when it is not of the shape this forge sends (answered 400). */
export type ReadDelivery = (headers: Headers, body: unknown) => ForgeEvent | undefined;

export interface Bot extends Person {
  readonly email: string;
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

export interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: Person;
  readonly state: "open" | "closed";
  readonly isPullRequest: boolean;
  readonly webUrl: string;
}

export interface Comment {
  readonly id: number;
  readonly issueNumber: number;
  readonly body: string;
  readonly author: Person;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly webUrl: string;
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
