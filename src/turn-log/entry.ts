import type { Activity } from "../kugetsu/runner.ts";
import type { JobState } from "../jobs/job.ts";

/** One line of a turn's log, which is JSON lines: what happened, and when, in milliseconds since the epoch. */
export type TurnLogEntry = { readonly at: number } & (
  | Activity
  /** An attempt begins; a second one goes on after a crash or a pause. */
  | {
      readonly kind: "begin";
      readonly ref: string;
      readonly verb: string;
      readonly attempt: number;
      /** The order, word for word. */
      readonly message: string;
    }
  /** The attempt is over; `interrupted` goes on in another one. */
  | { readonly kind: "end"; readonly state: JobState | "interrupted" }
);

/** An entry before its time is set. */
export type TurnLogFact = TurnLogEntry extends infer Entry
  ? Entry extends unknown
    ? Omit<Entry, "at">
    : never
  : never;
