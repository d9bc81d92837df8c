import type { Job } from "../jobs/job.ts";

/** What a forge may ask for at most at once; adapters bound it too. */
const LONGEST_MS = 60 * 60_000;
/** A day, where each is as long as it may be: then the job fails, and its work is kept in the session. */
const MAX_WAITS = 24;

/**
 * Thrown where the agent's turn is over and written down, and the forge wants to be left alone for longer than a slot
 * is kept: the job goes on after that.
 */
export class Later extends Error {
  override readonly name = "Later";
  readonly waitMs: number;

  constructor(waitMs: number, cause: unknown) {
    super("The forge wants to be left alone.", { cause });
    this.waitMs = Math.min(waitMs, LONGEST_MS);
  }
}

/** How often the job was put back for that. */
export function waitsOf({ notes }: Pick<Job, "notes">): number {
  const { waits } = notes;
  return typeof waits === "number" ? waits : 0;
}

export function mayWait(job: Pick<Job, "notes">): boolean {
  return waitsOf(job) < MAX_WAITS;
}
