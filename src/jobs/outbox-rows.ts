import { and, eq, inArray, lt, or, sql } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import type { NewMessage } from "./message.ts";
import { outbox } from "./schema.ts";

/**
 * Puts a message into the outbox, or a newer text into the one that has its key. What is said once and went out is
 * left as it is. `held`: it waits until `releaseHeld`.
 */
export function putMessage(
  tx: Tx,
  message: NewMessage,
  { jobId, held }: { jobId: number | undefined; held: boolean },
  now: number,
): void {
  const { key, forge, kind, target, body, urgent = true } = message;
  const row = tx.select().from(outbox).where(eq(outbox.key, key)).get();
  if (row === undefined) {
    const state = held ? "held" : "due";
    const group = `${forge}/${target.owner}/${target.name}#${target.number}`;
    tx.insert(outbox)
      .values({
        key,
        jobId,
        forge,
        group,
        kind,
        target,
        body,
        urgentVersion: 1,
        state,
        dueAt: now,
        createdAt: now,
      })
      .run();
    return;
  }
  const isSaid = row.state === "done" || row.attempts > 0 || row.state === "dead";
  if (kind !== "status" && isSaid) return;
  if (row.body === body) {
    if (urgent)
      tx.update(outbox).set({ urgentVersion: row.version }).where(eq(outbox.id, row.id)).run();
    return;
  }
  // Whoever deleted the comment or closed the door is not asked again for each step, but told of the end.
  const state = row.state === "held" || (row.state === "dead" && !urgent) ? row.state : "due";
  const isDueAnew = state === "due" && row.state !== "due";
  const version = row.version + 1;
  tx.update(outbox)
    .set({
      body,
      target,
      version,
      state,
      ...(isDueAnew && { dueAt: now }),
      ...(urgent && { urgentVersion: version }),
    })
    .where(eq(outbox.id, row.id))
    .run();
}

/** Whether that message is there, and nobody gave it up. */
export function isStillSaid(tx: Tx, key: string): boolean {
  const row = tx.select({ state: outbox.state }).from(outbox).where(eq(outbox.key, key)).get();
  return row !== undefined && row.state !== "dead";
}

/** Lets a job's held messages go out. */
export function releaseHeld(tx: Tx, jobId: number, now: number): void {
  tx.update(outbox).set({ state: "due", dueAt: now }).where(heldBy(jobId)).run();
}

/** Takes a job's held messages back. */
export function dropHeld(tx: Tx, jobId: number): void {
  tx.delete(outbox).where(heldBy(jobId)).run();
}

/** Forgets what was made before that time and is over, or has been due since then: its forge may be gone for good. */
export function pruneOutbox(tx: Tx, before: number): void {
  tx.delete(outbox)
    .where(
      and(
        or(
          inArray(outbox.state, ["done", "dead"]),
          and(eq(outbox.state, "due"), lt(outbox.dueAt, before)),
        ),
        lt(sql`coalesce(${outbox.lastEditAt}, ${outbox.createdAt})`, before),
      ),
    )
    .run();
}

function heldBy(jobId: number) {
  return and(eq(outbox.jobId, jobId), eq(outbox.state, "held"));
}
