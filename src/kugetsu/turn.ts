import type { IssueRef } from "./ref.ts";
import type { Credentials } from "./git/environment.ts";
import type { ExtraNote, Extras, ExtrasOrder } from "./extras/order.ts";
import type { DiffStat } from "./git/diffstat.ts";
import type { Activity, Progress, PromptPictures, TurnLimits, TurnResult } from "./runner.ts";

/** Where a repository is fetched from and pushed to. */
export interface Source {
  readonly url: string;
  readonly credentials: Credentials | undefined;
}

/** One turn for one issue, as its caller wants it. */
export interface TurnOrder {
  readonly ref: IssueRef;
  /** What the forge calls the repository; undefined where no forge is asked. */
  readonly repositoryId?: number | undefined;
  readonly source: Source;
  /** The branch that the work is meant for; undefined takes the one the session was started with. */
  readonly base: string;
  /** The branch to work on. Another one than the session's starts a new worktree; what the old one held is kept. */
  readonly branch: string;
  /** The branch's tip as the forge has just told it: a worktree that stands there needs no fetch. */
  readonly forgeHead: string | undefined;
  /** Submodules and LFS files; without it neither is fetched. */
  readonly extras?: ExtrasOrder | undefined;
  /** Who asked: stands as `Requested-by:` in a commit that is made for the agent. */
  readonly requestedBy: string;
  /** First line of a commit that is made for the agent. */
  readonly subject: string;
  /** Builds the prompt from what only the core knows. Must not begin with `/`. */
  readonly prompt: (facts: TurnFacts) => string | Promise<TurnPrompt>;
  readonly limits: TurnLimits;
  readonly signal: AbortSignal;
  /** An agent had begun with the same order when it was cut off: the worktree is taken as it was left. */
  readonly resumed: boolean;
  readonly onProgress: (progress: Progress) => void;
  /** Told all that the agent says and does, in full. */
  readonly onActivity?: ((activity: Activity) => void) | undefined;
  /** Called right before the agent is started: from here on a crash leaves a turn to be resumed. */
  readonly onBegin: () => Promise<void>;
  /** How the caller wants a forge waited for that is not available: does the act again, or throws. */
  readonly patiently: <T>(what: string, act: () => Promise<T>) => Promise<T>;
}

/** What an agent is told. */
export interface TurnPrompt {
  readonly text: string;
  readonly pictures?: PromptPictures | undefined;
}

/** What the core found while it prepared a turn. */
export interface TurnFacts {
  /** The conversation goes on from an earlier turn. */
  readonly continued: boolean;
  readonly branch: string;
  readonly base: string;
  /** KUGETSU_TEMP_DIR. */
  readonly tempDir: string;
  /** The repository's own words for agents, from its base branch. */
  readonly instructions: { readonly name: string; readonly text: string } | undefined;
  /** Files with conflict markers, after commits of other people were merged into the branch. */
  readonly conflicts: readonly string[];
  /** Other people pushed to the branch since the last turn, and their commits are in the worktree now. */
  readonly mergedFromForge: boolean;
  /** Submodules and LFS files that are in the worktree. */
  readonly extras: Extras;
}

/** What a turn brought, before anything is pushed. */
export interface TurnReport {
  readonly result: TurnResult;
  readonly branch: string;
  readonly base: string;
  /** Commits that this turn added, oldest first. */
  readonly commits: readonly { readonly sha: string; readonly subject: string }[];
  readonly diffstat: DiffStat;
  /** Something was left uncommitted, and was committed for the agent. */
  readonly committedForAgent: boolean;
  /** Set when the commits lay on another branch, or on none. */
  readonly foundOn: string | undefined;
  /** Refs in the mirror under which other work was kept. */
  readonly kept: readonly string[];
  /** Paths and branches that could not be taken over. */
  readonly leftOut: readonly string[];
  /** What is to be said of submodules and LFS files. */
  readonly extras?: readonly ExtraNote[] | undefined;
}

/** Where a session's commits went. */
export type Published =
  /** There is no commit that the base does not have. */
  | { readonly kind: "nothing" }
  /** Commits of other people on the branch conflict in these files: not pushed. */
  | { readonly kind: "conflict"; readonly paths: readonly string[] }
  /** The commits hold a secret that the bot knows: not pushed, kept under a ref. */
  | { readonly kind: "secret"; readonly kept: string }
  /** Conflict markers of a merge are left in these files: not pushed. */
  | { readonly kind: "unresolved"; readonly paths: readonly string[] }
  /** `branch` on the forge is now at `sha`. `merged`: commits of other people were merged in first. */
  | {
      readonly kind: "pushed";
      readonly branch: string;
      readonly sha: string;
      readonly merged: boolean;
      /** Why another branch than the session's was taken. */
      readonly elsewhere?: "conflict" | "not_ours" | "moved" | "left";
    }
  /** CI files are touched: not pushed, kept under a ref. */
  | { readonly kind: "protected"; readonly paths: readonly string[]; readonly kept: string }
  /** The forge refused the push for good: kept under a ref. */
  | { readonly kind: "refused"; readonly words: string; readonly kept: string };
