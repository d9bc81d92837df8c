/** A delivery in one shape, the same for every forge. Every word in it is hostile input. */
export type ForgeEvent = CommentEvent | OtherEvent;

/** Someone wrote or edited a comment on an issue or a pull request. */
export interface CommentEvent {
  readonly kind: "comment";
  readonly action: "created" | "edited";
  readonly repository: RepositoryId;
  readonly issue: {
    readonly number: number;
    readonly title: string;
    readonly body: string;
    readonly isPullRequest: boolean;
  };
  readonly comment: {
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

/** Anything the bot does nothing with; answered with 202 and forgotten. */
export interface OtherEvent {
  readonly kind: "other";
  readonly name: string;
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
