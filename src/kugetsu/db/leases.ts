import { and, asc, eq } from "drizzle-orm";
import type { Database, Tx } from "./database.ts";
import { isDead } from "./dead.ts";
import type { Owner } from "./owner.ts";
import { leases } from "./schema.ts";

/** A claim on something that only one process at a time may work on. */
export interface Lease extends Owner {
  /** For example an issue ref, or `server`. */
  readonly resource: string;
  /** What caps are counted by, for example `dev`. */
  readonly kind: string;
  /** Milliseconds since the epoch, like `renewedAt`. */
  readonly acquiredAt: number;
  readonly renewedAt: number;
}

export interface LeaseRequest {
  readonly resource: string;
  readonly kind: string;
  readonly owner: Owner;
}

export interface LeaseStore {
  /** False when somebody holds it, be it the same owner. A dead owner's lease holds until `reconcile`. */
  acquire(request: LeaseRequest): Promise<boolean>;
  /** False when that marker does not hold it (any more). */
  release(resource: string, marker: string): Promise<boolean>;
  /** Says that the owner is alive, to those who cannot look its process up: at least every `RENEW_MS`. */
  renew(marker: string): Promise<void>;
  /** Every lease that is held, oldest first, those of dead owners not yet reconciled included. */
  live(kind?: string): Promise<Lease[]>;
  /** Leases whose owner is dead. They still hold: end what their owner left behind, then `reconcile` them. */
  dead(): Promise<Lease[]>;
  /** Removes the leases whose owner is dead, of these ones or of all, and returns them. */
  reconcile(these?: readonly Lease[]): Promise<Lease[]>;
}

export const RENEW_MS = 10_000;

export function createLeaseStore(db: Database, now: () => number = Date.now): LeaseStore {
  return {
    acquire: async (request) => db.write((tx) => acquireLease(tx, request, now())),
    release: async (resource, marker) => db.write((tx) => releaseLease(tx, resource, marker)),
    renew: async (marker) => {
      db.write((tx) =>
        tx.update(leases).set({ renewedAt: now() }).where(eq(leases.marker, marker)).run(),
      );
    },
    live: async (kind) =>
      db.orm
        .select()
        .from(leases)
        .where(kind === undefined ? undefined : eq(leases.kind, kind))
        .orderBy(asc(leases.acquiredAt))
        .all()
        .map(toLease),
    dead: async () => deadLeases(db.orm, now()),
    reconcile: async (these) => db.write((tx) => reconcileLeases(tx, now(), these)),
  };
}

/** `LeaseStore.acquire` inside a transaction of the caller's. */
export function acquireLease(
  tx: Tx,
  { resource, kind, owner }: LeaseRequest,
  now: number,
): boolean {
  const { host, pid, marker } = owner;
  const processStartedAt = owner.processStartedAt ?? null;
  return (
    tx
      .insert(leases)
      .values({
        resource,
        kind,
        host,
        pid,
        processStartedAt,
        marker,
        acquiredAt: now,
        renewedAt: now,
      })
      .onConflictDoNothing()
      .run().changes === 1
  );
}

/** `LeaseStore.release` inside a transaction of the caller's. */
export function releaseLease(tx: Tx, resource: string, marker: string): boolean {
  const mine = and(eq(leases.resource, resource), eq(leases.marker, marker));
  return tx.delete(leases).where(mine).run().changes === 1;
}

/** `LeaseStore.reconcile` inside a transaction of the caller's. */
function reconcileLeases(tx: Tx, now: number, these?: readonly Lease[]): Lease[] {
  const dead = deadLeases(tx, now).filter(
    ({ resource, marker }) =>
      these === undefined ||
      these.some((one) => one.resource === resource && one.marker === marker),
  );
  for (const lease of dead) releaseLease(tx, lease.resource, lease.marker);
  return dead;
}

function deadLeases(tx: Tx, now: number): Lease[] {
  return tx
    .select()
    .from(leases)
    .orderBy(asc(leases.acquiredAt))
    .all()
    .map(toLease)
    .filter((lease) => isDead(lease, now));
}

function toLease(row: typeof leases.$inferSelect): Lease {
  return { ...row, processStartedAt: row.processStartedAt ?? undefined };
}
