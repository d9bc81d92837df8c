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

/** What leases are held with in the name of this process. */
export interface LeaseDesk {
  readonly leases: LeaseStore;
  readonly owner: Owner;
  /** Ends whatever processes the owners of these leases left behind. */
  readonly endLeftovers: (dead: readonly Lease[]) => Promise<void>;
}

export interface HoldRequest {
  /** A session's ref, or what else is named so. */
  readonly resource: string;
  readonly kind: HoldKind;
  /**
   * Whether that of a dead process' turn is taken over too: for those who remove what it worked on. For all others it
   * is the queue's to settle.
   */
  readonly evenOfTurns: boolean;
}

/** Takes a lease until it is disposed of; that of a dead process once what this left running has been ended. */
export async function holdLease(
  { leases, owner, endLeftovers }: LeaseDesk,
  { resource, kind, evenOfTurns }: HoldRequest,
): Promise<Held> {
  const takeOver = async () => {
    const dead = (await leases.dead()).filter(
      (lease) => lease.resource === resource && (evenOfTurns || isHold(lease.kind)),
    );
    if (dead.length === 0) return;
    await endLeftovers(dead);
    await leases.reconcile(dead);
  };
  for (;;) {
    if (await leases.acquire({ resource, kind, owner })) break;
    await takeOver();
    if (await leases.acquire({ resource, kind, owner })) break;
    const by = (await leases.live()).find((lease) => lease.resource === resource);
    // Else it was let go this moment.
    if (by !== undefined) return { by };
  }
  const renewing = setInterval(() => {
    // Only those who cannot look this process up need it, and they wait for a minute.
    leases.renew(owner.marker).catch(() => undefined);
  }, RENEW_MS);
  renewing.unref();
  return {
    held: {
      async [Symbol.asyncDispose]() {
        clearInterval(renewing);
        await leases.release(resource, owner.marker);
      },
    },
  };
}

export function createHold(desk: LeaseDesk): Hold {
  return (resource, kind) => holdLease(desk, { resource, kind, evenOfTurns: false });
}

function isHold(kind: string): boolean {
  return kind === "admin" || kind === "export";
}
