import type { Tx } from "../kugetsu/db/database.ts";
import { statusQueued } from "../reply.ts";
import { statusMessage } from "./acknowledge.ts";
import type { Job } from "./job.ts";
import { isStillSaid, putMessage } from "./outbox-rows.ts";
import { isSilent } from "./silent.ts";

/** Makes the status comment of an order say how it waits. An order that has none, or lost it, gets none by this. */
export function tellWaiting(tx: Tx, job: Job, how: { paused: boolean }, now: number): void {
  if (isSilent(job)) return;
  const words = statusQueued({ verb: job.verb ?? "help", begun: job.attempts > 0, ...how });
  const message = statusMessage(job, words, true);
  if (isStillSaid(tx, message.key)) putMessage(tx, message, { jobId: job.id, held: false }, now);
}
