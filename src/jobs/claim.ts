import { and, asc, count, eq, inArray, lte, notExists, sql } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import { acquireLease } from "../kugetsu/db/leases.ts";
import type { Owner } from "../kugetsu/db/owner.ts";
import { leases } from "../kugetsu/db/schema.ts";
import type { Job, Lane } from "./job.ts";
import { jobLease, toJob } from "./job-row.ts";
import { earlierOfIssue } from "./earlier.ts";
import { pauseInForce } from "./pause.ts";
import { jobs } from "./schema.ts";
import { jobsOf, type Server } from "./servers.ts";

/** How many jobs of a lane may run at once, over all processes. */
export interface Caps {
  readonly dev: number;
  readonly pm: number;
}

export interface ClaimRequest {
  readonly owner: Owner;
  readonly caps: Caps;
  /** Claim one of these jobs or none. */
  readonly only?: readonly number[] | undefined;
  /** The forges that are configured now: what is for any other waits. Default: no job does. */
  readonly servers?: readonly Server[] | undefined;
}

/** `JobStore.claim` inside a transaction of the caller's, which must be immediate. */
export function claim(
  tx: Tx,
  { owner, caps, only, servers }: ClaimRequest,
  now: number,
): Job | undefined {
  const isPaused = pauseInForce(tx) !== undefined;
  const lanes = (["quick", "dev", "pm"] as const).filter(
    (lane) => lane === "quick" || (!isPaused && liveLeases(tx, lane) < caps[lane]),
  );
  for (const lane of lanes) {
    const id = oldest(tx, lane, { only, servers }, now);
    if (id === undefined) continue;
    const row = tx
      .update(jobs)
      .set({
        state: "running",
        attempts: sql`${jobs.attempts} + 1`,
        startedAt: now,
        marker: owner.marker,
      })
      .where(eq(jobs.id, id))
      .returning()
      .get();
    if (!acquireLease(tx, { resource: jobLease(row), kind: lane, owner }, now)) {
      throw new Error("The resource of a claimed job was taken");
    }
    return toJob(row);
  }
  return undefined;
}

function liveLeases(tx: Tx, kind: Lane): number {
  return tx.select({ live: count() }).from(leases).where(eq(leases.kind, kind)).get()?.live ?? 0;
}

function oldest(
  tx: Tx,
  lane: Lane,
  { only, servers }: Pick<ClaimRequest, "only" | "servers">,
  now: number,
): number | undefined {
  const before = earlierOfIssue(tx, ["received", "queued", "running"], servers);
  const held = tx
    .select({ one: sql`1` })
    .from(leases)
    .where(eq(leases.resource, jobs.resource));
  return tx
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        eq(jobs.state, "queued"),
        eq(jobs.lane, lane),
        lte(jobs.dueAt, now),
        jobsOf(servers),
        only === undefined ? undefined : inArray(jobs.id, [...only]),
        lane === "quick" ? undefined : and(notExists(held), notExists(before)),
      ),
    )
    .orderBy(asc(jobs.id))
    .limit(1)
    .get()?.id;
}
