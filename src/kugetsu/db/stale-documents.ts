import { asc, eq } from "drizzle-orm";
import type { Database, Tx } from "./database.ts";
import { sessions, slugs, staleDocuments } from "./schema.ts";

/** A session whose documented file does not say what the database says: changed, new or gone. */
export interface StaleDocument {
  /** Of this change; a later change of the same session has another. */
  readonly id: number;
  readonly ref: string;
  readonly slug: string;
}

/** Notes inside the transaction of a change that the session's documented file has to be written. */
export function noteStale(tx: Tx, ref: string): void {
  tx.delete(staleDocuments).where(eq(staleDocuments.ref, ref)).run();
  tx.insert(staleDocuments).values({ ref }).run();
}

/** Notes that every documented file has to be written. */
export function noteAllStale(tx: Tx): void {
  for (const { ref } of tx.select({ ref: sessions.ref }).from(sessions).all()) noteStale(tx, ref);
}

/** Whether any file is to be written: one look at an index. */
export function anyStale(db: Database): boolean {
  return db.orm.select({ id: staleDocuments.id }).from(staleDocuments).limit(1).get() !== undefined;
}

/** Oldest change first. */
export function listStale(db: Database): StaleDocument[] {
  return db.orm
    .select({ id: staleDocuments.id, ref: staleDocuments.ref, slug: slugs.slug })
    .from(staleDocuments)
    .innerJoin(slugs, eq(slugs.ref, staleDocuments.ref))
    .orderBy(asc(staleDocuments.id))
    .all();
}

/** Takes note that these changes are written; what changed since then stays stale. */
export function noteWritten(db: Database, written: readonly StaleDocument[]): void {
  db.write((tx) => {
    for (const { id } of written) {
      tx.delete(staleDocuments).where(eq(staleDocuments.id, id)).run();
    }
  });
}
