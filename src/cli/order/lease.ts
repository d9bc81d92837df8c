import { setTimeout as delay } from "node:timers/promises";
import type { Lease, LeaseStore } from "../../kugetsu/db/leases.ts";
import type { Owner } from "../../kugetsu/db/owner.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";

/** The lease that says that a process works a job off without a server. */
export function orderLease(jobId: number): string {
  return `order:${jobId}`;
}

/** The lease of the process that has placed a job without a server, until another one has `orderLease`. */
export function placedLease(jobId: number): string {
  return `order:${jobId}:placed`;
}

/** Whether a living process attends to a job that was placed without a server. */
export function isAttended(living: readonly Lease[], jobId: number): boolean {
  const own = new Set([orderLease(jobId), placedLease(jobId)]);
  return living.some(({ resource }) => own.has(resource));
}

const EVERY_MS = 50;
const LONGEST_MS = 60_000;

/**
 * Lets one process at a time place orders for a session without a server: between looking for what was left behind and
 * saying who attends to the new one nobody else may look.
 * @throws KugetsuError `unavailable` when others take too long
 */
export async function holdPlacing(
  leases: LeaseStore,
  owner: Owner,
  ref: string,
): Promise<AsyncDisposable> {
  const resource = `placing:${ref.toLowerCase()}`;
  const deadline = performance.now() + LONGEST_MS;
  while (!(await leases.acquire({ resource, kind: "order", owner }))) {
    if (performance.now() > deadline)
      throw new KugetsuError("unavailable", `Others are placing orders for ${ref}. Try again.`);
    await leases.reconcile((await leases.dead()).filter((dead) => dead.resource === resource));
    await delay(EVERY_MS);
  }
  return {
    [Symbol.asyncDispose]: async () => {
      await leases.release(resource, owner.marker);
    },
  };
}
