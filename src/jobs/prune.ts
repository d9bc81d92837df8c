import { and, isNotNull, isNull, lt, sql } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import { pruneOutbox } from "./outbox-rows.ts";
import { deliveries, jobs, looks, missed, repositories } from "./schema.ts";

const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** `JobStore.prune` inside a transaction of the caller's. */
export function prune(tx: Tx, now: number): void {
  const before = now - KEPT_MS;
  tx.delete(deliveries).where(lt(deliveries.receivedAt, before)).run();
  tx.delete(looks).where(lt(looks.createdAt, before)).run();
  tx.delete(missed).where(lt(missed.foundAt, before)).run();
  // One that is gone, or is on a server that had its forge's name before; it is watched anew when something comes of it.
  const lastRead = lt(sql`coalesce(${repositories.lookedAt}, ${repositories.seenAt})`, before);
  tx.delete(repositories)
    .where(and(isNotNull(repositories.trouble), lastRead, lt(repositories.seenAt, before)))
    .run();
  pruneOutbox(tx, before);
  const isOver = lt(jobs.finishedAt, before);
  // Should such an act come again, the admission drops it for its age.
  tx.delete(jobs)
    .where(and(isOver, isNull(jobs.admittedAt)))
    .run();
  // An end has words until this takes them: a row is changed once.
  tx.update(jobs)
    .set({
      thread: null,
      notes: {},
      words: null,
      act: sql`json_set(${jobs.act}, '$.commentBody', '', '$.issueTitle', '', '$.issueBody', '')`,
    })
    .where(and(isOver, isNotNull(jobs.words)))
    .run();
}
