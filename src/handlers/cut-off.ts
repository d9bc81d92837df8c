import { stopOf } from "../jobs/stop.ts";
import type { TurnResult } from "../kugetsu/runner.ts";
import { whoStopped } from "../reply.ts";

/** Whether the turn ended because its signal was aborted. It is no report then; one that a limit stopped is. */
export function wasCutOff({ outcome, limit }: TurnResult): boolean {
  return outcome === "stopped" && limit === undefined;
}

/** Why a turn did not finish; Markdown. */
export function reasonOf(result: TurnResult, signal: AbortSignal): string {
  const by = stopOf(signal)?.by;
  return wasCutOff(result) && by !== undefined ? whoStopped(by) : result.reason;
}
