/** Stands where a login stands when the end was asked for on the bot's own machine; no login has a blank. */
export const OPERATOR = "the operator";
/** Stands there when the issue was deleted. */
export const DELETED = "whoever deleted the issue";
/** Stands there when the words were deleted that the order stood in: no forge's lists tell by whom. */
export const DELETED_WORDS = "whoever deleted the comment";

/**
 * The reason of a job's AbortSignal. `stop`: somebody asked for its end. It goes on after a restart (`shutdown`), or
 * when the operator resumes (`pause`).
 */
export class JobStop extends Error {
  override readonly name = "JobStop";
  readonly kind: "stop" | "shutdown" | "pause";
  /** Login of the person who asked, or OPERATOR. */
  readonly by: string | undefined;

  constructor(kind: "stop" | "shutdown" | "pause", by?: string) {
    super(MESSAGES[kind]);
    this.kind = kind;
    this.by = by;
  }
}

const MESSAGES = {
  stop: "The job was stopped.",
  shutdown: "The server is shutting down.",
  pause: "The operator paused the bot.",
} as const;

/** Why the signal is aborted; undefined while it is not. */
export function stopOf(signal: AbortSignal): JobStop | undefined {
  return signal.reason instanceof JobStop ? signal.reason : undefined;
}

/** Whether the signal is aborted and the job goes on later. */
export function isInterrupted(signal: AbortSignal): boolean {
  const stop = stopOf(signal);
  return stop !== undefined && stop.kind !== "stop";
}
