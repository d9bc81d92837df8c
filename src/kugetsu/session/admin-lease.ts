import { type Lease, type LeaseStore, RENEW_MS } from "../db/leases.ts";
import type { Owner } from "../db/owner.ts";
import { KugetsuError } from "../errors.ts";
import { ADMIN } from "./states.ts";

/** What is needed to hold a session's lease. */
export interface LeaseDesk {
  readonly leases: LeaseStore;
  readonly owner: Owner;
  /** Ends whatever processes the owners of these leases left behind. */
  readonly endLeftovers: (dead: readonly Lease[]) => Promise<void>;
}

/**
 * Holds the lease of a session (or of anything else that is named so) until disposed of, so that no turn begins
 * meanwhile. That of a dead process is taken over, after what it left running has been ended.
 *
 * @returns who holds it instead
 */
export async function tryHold(
  desk: LeaseDesk,
  resource: string,
): Promise<AsyncDisposable | { readonly holder: Lease | undefined }> {
  const { leases, owner } = desk;
  if (!(await leases.acquire({ resource, kind: ADMIN, owner }))) {
    const dead = (await leases.dead()).filter((lease) => lease.resource === resource);
    if (dead.length > 0) {
      await desk.endLeftovers(dead);
      await leases.reconcile(dead);
    }
    if (dead.length === 0 || !(await leases.acquire({ resource, kind: ADMIN, owner })))
      return { holder: (await leases.live()).find((lease) => lease.resource === resource) };
  }
  const renewing = setInterval(() => {
    // Only those who cannot look this process up need it, and they wait for a minute.
    leases.renew(owner.marker).catch(() => undefined);
  }, RENEW_MS).unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(renewing);
      await leases.release(resource, owner.marker);
    },
  };
}

/** Like `tryHold`. @throws KugetsuError `conflict` when a living process holds it */
export async function hold(desk: LeaseDesk, ref: string): Promise<AsyncDisposable> {
  const held = await tryHold(desk, ref);
  if (!("holder" in held)) return held;
  if (held.holder?.kind === ADMIN) {
    throw new KugetsuError("conflict", `Another kugetsu command is removing ${ref}.`, {
      hint: "Try again when it has ended.",
    });
  }
  throw new KugetsuError("conflict", `A turn of ${ref} is running.`, {
    hint: `\`kugetsu stop ${ref}\` ends it.`,
  });
}
