import type { Person } from "./forge/event.ts";

/** An issue's words as they were at the trigger: what is edited or said later never reaches the agent of that job. */
export interface Thread {
  readonly title: string;
  /** Empty when it was edited after the trigger. */
  readonly body: string;
  /** Addresses of pictures beside it. */
  readonly attached?: readonly string[] | undefined;
  /** Addresses of pictures beside the words that the order stands in, where these are a comment. */
  readonly orderAttached?: readonly string[];
  readonly author: Person;
  /** Oldest first, the bot's own and the triggering comment left out. */
  readonly comments: readonly ThreadComment[];
  /** They are those of a pull request, its reviews' among the comments. */
  readonly isPullRequest?: boolean;
  /** The file and the line of the pull request's changes that the order was written on. */
  readonly orderAt?: { readonly path: string; readonly line?: number | undefined };
}

export interface ThreadComment {
  /** Unique among those of the same place. */
  readonly id: number;
  /** Default: a comment in the thread. */
  readonly place?: "review" | "review_comment";
  /** What a comment on a line is about. */
  readonly path?: string | undefined;
  readonly line?: number | undefined;
  readonly author: Person;
  readonly body: string;
  /** Addresses of pictures beside it. */
  readonly attached?: readonly string[];
  /** ISO 8601. */
  readonly createdAt: string;
}
