import { TRIGGERS } from "../config.ts";
import { acknowledgement } from "../jobs/acknowledge.ts";
import type { JobStore } from "../jobs/job-store.ts";
import type { Log } from "../log.ts";
import { type Origin, receive } from "./receive.ts";
import type { VerifiedDelivery } from "./webhook.ts";

export interface AcceptOptions {
  readonly store: Pick<JobStore, "accept">;
  /** What holds for a forge now. */
  readonly origin: (forge: string) => Origin | Promise<Origin>;
  /** A job was stored. */
  readonly onJob: () => void;
  /** Something was stored that is to be looked at. */
  readonly onLook: () => void;
  readonly log: Log;
}

/**
 * Stores what a delivery asks for, in one transaction; what no delivery told, and was found on the forge, goes the same
 * way.
 */
export function createAccept(options: AcceptOptions) {
  const { store, origin, onJob, onLook, log } = options;
  return async (delivery: VerifiedDelivery): Promise<"accepted" | "repeated"> => {
    const { event, ...told } = delivery;
    const from = await origin(told.forge);
    const received = receive(event, from);
    // What is switched off now stays undone, also when it is switched on again.
    const otherwise =
      "ignored" in received ? receive(event, { ...from, triggers: TRIGGERS }) : received;
    if ("ignored" in received)
      log.debug({ delivery: told.deliveryId, why: received.ignored }, "nothing to do");
    const look = "look" in received ? received.look : undefined;
    const acceptance = await store.accept({
      ...told,
      event: event.kind === "other" ? event.name : event.kind,
      seen: received.seen,
      job: "job" in received ? received.job : undefined,
      passedOver: "ignored" in received && "job" in otherwise ? otherwise.job : undefined,
      look,
      acknowledge: acknowledgement,
    });
    if (acceptance.kind === "accepted" && acceptance.jobId !== undefined) onJob();
    // Also with a job that came before: what is to be looked at may be new, the repository itself included.
    if (look !== undefined || received.seen !== undefined) onLook();
    return acceptance.kind;
  };
}
