import { type Lease, type LeaseStore, RENEW_MS } from "./leases.ts";
import type { Owner } from "./owner.ts";

/** What somebody who is no turn does with a session: a person or a command at it, or its conversation being read. */
export type HoldKind = "admin" | "export";

/** A lease that was had, or the one that stands in its way. */
export type Held =
  | { readonly held: AsyncDisposable; readonly by?: undefined }
  | { readonly held?: undefined; readonly by: Lease };

/** Takes a session's lease, so that no turn begins in it until that is disposed of. */
export type Hold = (resource: string, kind: HoldKind) => Promise<Held>;

/**
 * @param endLeftovers ends what a dead owner of leases left running: of a kind that nobody but a `Hold` takes, they are
 *   taken over; those of a dead turn are the queue's to settle
 */
export function createHold(
  leases: LeaseStore,
  owner: Owner,
  endLeftovers: (dead: readonly Lease[]) => Promise<void>,
): Hold {
  const takeOver = async (resource: string) => {
    const dead = (await leases.dead()).filter(
      (lease) => lease.resource === resource && isHold(lease.kind),
    );
    if (dead.length === 0) return;
    await endLeftovers(dead);
    await leases.reconcile(dead);
  };
  return async (resource, kind) => {
    for (;;) {
      if (await leases.acquire({ resource, kind, owner })) break;
      await takeOver(resource);
      if (await leases.acquire({ resource, kind, owner })) break;
      const by = (await leases.live()).find((lease) => lease.resource === resource);
      // Else it was let go this moment.
      if (by !== undefined) return { by };
    }
    const renewing = setInterval(() => void leases.renew(owner.marker), RENEW_MS);
    renewing.unref();
    return {
      held: {
        async [Symbol.asyncDispose]() {
          clearInterval(renewing);
          await leases.release(resource, owner.marker);
        },
      },
    };
  };
}

function isHold(kind: string): boolean {
  return kind === "admin" || kind === "export";
}
