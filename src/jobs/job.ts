import type { Person, RepositoryId, WordsPlace } from "../forge/event.ts";
import type { Verb } from "../command.ts";
import type { Thread } from "../thread.ts";

/**
 * A job's way: `received` (a delivery's word, nothing checked yet) → `queued` (the forge confirmed the act and the
 * actor's right) → `running` → a final state. `dropped`: the forge does not confirm the act; nobody is told.
 * `refused`: the actor may not. The others are the outcome of the work.
 */
export type JobState = "received" | "queued" | "running" | FinalJobState;
export type FinalJobState = "done" | "failed" | "timed_out" | "stopped" | "dropped" | "refused";

/**
 * What the order stands in, or what gave it without words. Of `label` and `assignment` the acts that take away give a
 * `stop`. Jobs of old have none: a comment.
 */
export type Trigger = WordsPlace | "label" | "assignment";

/** `dev` counts against the cap, `pm` has one slot of its own, `quick` needs no agent and overtakes. */
export type Lane = "dev" | "pm" | "quick";

/** The forge of a job whose repository lies on no configured one. No route has such a name. */
export const NO_FORGE = "-";

/** What is asked for: the durable unit of work before anything was checked with the forge. */
export interface NewJob {
  /** Name of the forge's route, for example `gitea`, or NO_FORGE. */
  readonly forge: string;
  /** Printed issue ref: turns of one ref never overlap. Of an order to the PM agent of `init`: its session's name. */
  readonly ref: string;
  /** Its id is 0 where no forge knows it. */
  readonly repository: RepositoryId;
  /** 0 for a discussion without a number. */
  readonly issueNumber: number;
  readonly isPullRequest: boolean;
  /** Default `comment`. */
  readonly trigger?: Trigger | undefined;
  /** The label that gives or takes back the order; of trigger `label` alone. */
  readonly label?: string | undefined;
  /** It comes of the opening of the issue: text, labels and assignees that it was opened with are one act. */
  readonly opening?: boolean | undefined;
  /** It is said to whoever has that login: who the bot is, was not known then. */
  readonly mention?: string | undefined;
  /** There may have been an order in the words before they were edited: an old one is not given again. */
  readonly again?: boolean | undefined;
  /** The hook of its own that told of it. Nobody but that repository's or organisation's own people can sign its stories. */
  readonly hook?: string | undefined;
  /** Worked off only while no other turn of the issue runs or waits, or only while one does. */
  readonly only?: "idle" | "busy" | undefined;
  /**
   * Milliseconds since the epoch. An older label or assignment is not worked off; by default that is what came ten
   * minutes after it.
   */
  readonly notBefore?: number | undefined;
  /** Where it was not asked for by a comment: by the operator, or by a PM agent in its turn. Nobody is told in the issue. */
  readonly origin?: "cli" | "agent" | undefined;
  /** The job of the PM agent's turn that asked for it: this one does not wait for that one, nor behind it. */
  readonly parent?: number;
  /** No server ran when it was asked for: the process that asked works it off, and when that is gone nobody does. */
  readonly unserved?: boolean;
  /** Begin a new session, in a clean worktree; what an earlier one held is kept under refs. */
  readonly anew?: boolean;
  /** Of the words that the order stands in; 0 where it stands in the issue itself, or in none. */
  readonly commentId: number;
  readonly action: "created" | "edited";
  /** ISO 8601, of the words at the trigger; of the issue where it stands in none. */
  readonly commentUpdatedAt: string;
  /** The whole text that the order stands in, at the trigger; empty where it stands in none. */
  readonly commentBody: string;
  readonly issueTitle: string;
  readonly issueBody: string;
  readonly author: Person;
  readonly actor: Person;
  readonly lane: Lane;
  /** undefined for a word that is no verb: answered with a did-you-mean. */
  readonly verb: Verb | undefined;
  /** The verb as it was written. */
  readonly word: string;
  /** The rest of the comment after the verb, trimmed. */
  readonly message: string;
  /** What stood in the comment before the command. */
  readonly context: string;
}

export interface Job extends NewJob {
  readonly id: number;
  readonly state: JobState;
  /** How often it was started; a second start is the one resume after a crash. */
  readonly attempts: number;
  /** Set by the admission, where an agent will read it. */
  readonly thread: Thread | undefined;
  /** What the handler noted on its way (JSON), so that a resume does not repeat what is already done. */
  readonly notes: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** When it was queued: the forge had confirmed the act and the actor's right. */
  readonly admittedAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  /** The words of its end; forgotten after a while. */
  readonly words: string | undefined;
}

/** What lists tell of a job: little enough to be read for many at once. */
export type JobSummary = Pick<
  Job,
  | "id"
  | "ref"
  | "lane"
  | "verb"
  | "word"
  | "message"
  | "context"
  | "origin"
  | "state"
  | "attempts"
  | "createdAt"
  | "admittedAt"
  | "startedAt"
  | "finishedAt"
>;

/** How a handler ended. `words` is Markdown, already harmless: the status comment's final text. */
export interface JobEnd {
  readonly state: Exclude<FinalJobState, "dropped">;
  readonly words: string;
  /** Login of who stopped it, or OPERATOR. */
  readonly by?: string | undefined;
}
