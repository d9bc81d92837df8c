import type { Forge } from "../forge/forge.ts";
import type { Job, JobEnd, JobSummary } from "../jobs/job.ts";
import type { StoppedJobs } from "../jobs/request-stop.ts";
import type { Kugetsu } from "../kugetsu/kugetsu.ts";
import type { Activity, Tokens, TurnLimits, TurnOutcome } from "../kugetsu/runner.ts";
import type { Log } from "../log.ts";

/** Answers one verb. It runs inside a job, never inside a request. */
export type Handler = (work: ForgeWork) => Promise<HandlerEnd>;

/** A job's end, and who is told about it. */
export interface HandlerEnd extends JobEnd {
  /** The turn ended because the signal was aborted: after a shutdown or a pause it goes on. */
  readonly wasCutOff?: boolean | undefined;
  /** Set where an agent worked: whoever asked is told, through the pull request's review or by a mention. */
  readonly tell?: { readonly pull: number | undefined; readonly alreadyAsked: boolean } | undefined;
  /** Set where an agent worked: what whoever placed the order elsewhere than in a comment gets. */
  readonly result?: TurnSummary | undefined;
}

/** What a turn brought, for programs and terminals. */
export interface TurnSummary {
  readonly outcome: TurnOutcome;
  /** The agent's last words. Hostile until made harmless. */
  readonly text: string;
  /** Why it did not finish; empty when it did. */
  readonly reason: string;
  /** opencode's id of the conversation. */
  readonly session: string | undefined;
  readonly branch?: string | undefined;
  readonly pushed?: boolean | undefined;
  /** Address of the pull request. */
  readonly pull?: string | undefined;
  /** Oldest first. */
  readonly commits?: readonly { readonly sha: string; readonly subject: string }[] | undefined;
  /** Where work is kept that is not on the branch. */
  readonly kept?: readonly string[] | undefined;
  /** What people should know; Markdown. */
  readonly notes: readonly string[];
  readonly durationMs: number;
  readonly tokens: Tokens | undefined;
  /** In US dollars; undefined is unknown. */
  readonly cost: number | undefined;
}

/** One job at work, with all that its handler may use. */
export interface Work {
  readonly job: Job;
  readonly kugetsu: Kugetsu;
  /** Aborted by `stop`, by a pause that ends turns, or when the server goes down and the grace period is over. */
  readonly signal: AbortSignal;
  /** An earlier life began this job and was killed. */
  readonly resumed: boolean;
  readonly settings: WorkSettings;
  readonly queue: QueueView;
  readonly log: Log;
  /** Takes every secret that the bot knows out of a text. */
  readonly mask: (text: string) => string;
  /** Replaces the text of the job's status comment; a change that is not urgent may wait for the next one. */
  say(text: string, urgency: "urgent" | "whenever"): Promise<void>;
  /** Writes down what is done, so that a resume does not do it again. */
  note(notes: Record<string, unknown>): Promise<void>;
  /** Gives a PM agent its `kugetsu`, in that directory, until it is disposed of; undefined where there is none. */
  readonly pmClient: ((directory: string) => Promise<AsyncDisposable>) | undefined;
  /** Takes all that the agent says and does, for whoever watches the turn. */
  readonly onActivity: (activity: Activity) => void;
}

/** A job of a repository on a configured forge. */
export interface ForgeWork extends Work {
  readonly forge: Forge;
}

export interface WorkSettings {
  /** Asked before each turn. */
  readonly limits: () => TurnLimits | Promise<TurnLimits>;
  /** Repositories (`owner/name`, or of one forge alone `host/owner/name`) whose CI files an agent may change. */
  readonly allowCiChanges: readonly string[];
  /** Owners, repositories (`owner/name`), or `all`, whose submodules are fetched where they ask for it. */
  readonly allowSubmodules: readonly string[];
  /** The same for files of Git LFS. */
  readonly allowLfs: readonly string[];
  readonly version: string;
  /** Address of the first configured forge, for the PM agent of `init`. */
  readonly giteaUrl?: string | undefined;
}

/** What `status`, `stop` and `retry` need of the queue. */
export interface QueueView {
  /** The newest jobs of an issue, newest first. */
  jobsOf(ref: string): Promise<JobSummary[]>;
  /** Ends the running turn of an issue, and with `waiting` takes back what waits behind it. */
  stop(ref: string, options: { by: string; waiting: boolean }): Promise<StoppedJobs>;
  /** Since when the operator has paused the bot, in milliseconds since the epoch. */
  pausedAt(): Promise<number | undefined>;
}
