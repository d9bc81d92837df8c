import type { Reaction } from "./sandbox.ts";

export interface NewReview {
  readonly by: string;
  readonly state: "approved" | "changes_requested" | "commented";
  readonly body?: string;
  /** `line` is one of the new file that the diff shows, from 1. */
  readonly comments?: readonly { path: string; line: number; body: string }[];
}

export interface ReviewSummary {
  readonly id: number;
  readonly by: string;
  readonly state: "approved" | "changes_requested" | "commented";
  readonly body: string;
  readonly comments: readonly {
    readonly id: number;
    readonly by: string;
    readonly path: string;
    readonly line: number;
    readonly body: string;
    readonly reactions: readonly Reaction[];
  }[];
}
