import type { WordsPlace } from "../forge/event.ts";

/** `status` is posted once and edited from then on; the others are said once. */
export type MessageKind = "reaction" | "status" | "comment" | "review";

/** Where it belongs on the forge. */
export interface MessageTarget {
  /** host[:port] of the server; messages of old have none. */
  readonly instance?: string;
  readonly owner: string;
  readonly name: string;
  /** Number of the issue or pull request. */
  readonly number: number;
  /** What a reaction belongs to: the words of that id and place (default `comment`), or the issue itself. */
  readonly commentId?: number;
  readonly place?: WordsPlace;
  /** The pull request whose review is asked for, and of whom. */
  readonly pull?: number;
  readonly login?: string;
}

/** Something to be said to a forge. */
export interface NewMessage {
  /** Unique for ever: a second `put` with it means the same message. For example `status:12` for job 12. */
  readonly key: string;
  readonly forge: string;
  readonly kind: MessageKind;
  readonly target: MessageTarget;
  /** Markdown of a comment, the name of a reaction; of a review the comment that is posted where it is refused. */
  readonly body: string;
  /** A status that is not urgent waits until the last edit is STATUS_INTERVAL ago; default true. */
  readonly urgent?: boolean;
}

/** A row of the outbox on its way. */
export interface Message extends NewMessage {
  readonly id: number;
  readonly jobId: number | undefined;
  /**
   * What the forge calls the repository, where its name may have gone to another one since the admission; undefined
   * where that is too short ago, or not known.
   */
  readonly repositoryId: number | undefined;
  /** What it is sent in order with, and what is leased until it is. */
  readonly group: string;
  /** The comment to edit; undefined when it is still to be posted. */
  readonly remoteId: number | undefined;
  /** An earlier try ended without an answer: look for the hidden marker before posting. */
  readonly maybePosted: boolean;
  readonly version: number;
  /** Tries since the last success, this one included. */
  readonly attempts: number;
}
