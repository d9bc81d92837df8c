import type { TurnReport } from "../kugetsu/turn.ts";

/** A report as it is written down for a resume. */
export interface NotedReport extends TurnReport {
  /** The agent is to merge what other people pushed, or has done so: then a further conflict goes to another branch. */
  readonly merge?: "begun" | "done";
  /** What people should know of how it began; Markdown. */
  readonly notes: readonly string[];
}
