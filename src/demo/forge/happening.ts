import type { CommitDetails } from "./history.ts";
import type { PullIssue } from "./json/pull.ts";
import type {
  Account,
  Comment,
  Issue,
  Label,
  Repository,
  Review,
  ReviewComment,
  User,
} from "./records.ts";

/** What happened, in words of neither forge; each face tells its hooks of it in its own way. */
export type Happening =
  | IssueHappening
  | {
      readonly kind: "comment";
      readonly action: "created" | "deleted";
      readonly comment: Comment;
      readonly by: User;
    }
  | {
      readonly kind: "comment";
      readonly action: "edited";
      readonly comment: Comment;
      readonly by: User;
      readonly from: string;
    }
  | ReviewHappening
  | Push
  | {
      readonly kind: "renamed";
      readonly repository: Repository;
      readonly by: User;
      /** The name without the owner. */
      readonly from: string;
    }
  | {
      readonly kind: "transferred";
      readonly repository: Repository;
      readonly by: User;
      readonly from: Account;
    };

/** About an issue or a pull request. */
type IssueHappening = { readonly by: User } & (
  | {
      readonly kind: "opened" | "reopened" | "deleted" | "locked" | "unlocked";
      readonly issue: Issue;
    }
  | { readonly kind: "closed"; readonly issue: Issue; readonly commitId: string }
  | {
      readonly kind: "edited";
      readonly issue: Issue;
      readonly field: "title" | "body";
      readonly from: string;
    }
  | {
      readonly kind: "labels";
      readonly issue: Issue;
      readonly added: readonly Label[];
      readonly removed: readonly Label[];
    }
  | {
      readonly kind: "assigned" | "unassigned";
      readonly issue: Issue;
      readonly assignee: User;
    }
  | { readonly kind: "review_requested"; readonly issue: PullIssue; readonly reviewer: User }
  | { readonly kind: "synchronized"; readonly issue: PullIssue; readonly before: string }
);

type ReviewHappening = { readonly issue: PullIssue; readonly by: User } & (
  | { readonly kind: "reviewed"; readonly review: Review }
  | { readonly kind: "review_edited"; readonly review: Review; readonly from: string }
  | { readonly kind: "review_comment"; readonly comment: ReviewComment }
  | {
      readonly kind: "review_comment_edited";
      readonly comment: ReviewComment;
      readonly from: string;
    }
  | { readonly kind: "review_comment_deleted"; readonly comment: ReviewComment }
);

/** A branch was made (`before` undefined), moved or deleted (`after` undefined). */
export interface Push {
  readonly kind: "push";
  readonly repository: Repository;
  readonly by: User;
  readonly branch: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Where the list of commits starts: the old head, or that of the default branch for a new branch. */
  readonly start: string | undefined;
  /** Newest first. */
  readonly commits: readonly CommitDetails[];
  readonly head: CommitDetails | undefined;
}
