/** The reason of a job's AbortSignal: `stop`, somebody asked for its end; `shutdown`, it goes on after a restart. */
export class JobStop extends Error {
  override readonly name = "JobStop";
  readonly kind: "stop" | "shutdown";
  /** Login of the person who asked. */
  readonly by: string | undefined;

  constructor(kind: "stop" | "shutdown", by?: string) {
    super(kind === "stop" ? "The job was stopped." : "The server is shutting down.");
    this.kind = kind;
    this.by = by;
  }
}

/** Why the signal is aborted; undefined while it is not. */
export function stopOf(signal: AbortSignal): JobStop | undefined {
  return signal.reason instanceof JobStop ? signal.reason : undefined;
}
