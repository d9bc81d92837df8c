import { eq, sql } from "drizzle-orm";
import type { Tx } from "./database.ts";
import { sessions, slugs, staleDocuments } from "./schema.ts";
import { noteStale } from "./stale-documents.ts";

/**
 * Gives what a ref has (directory name, session, documented file) to another ref, and what that one has to the first:
 * no directory changes its name, and none is anybody else's.
 */
export function moveRef(tx: Tx, from: string, to: string): void {
  // The rows refer to each other, and all of them change.
  tx.run(sql`PRAGMA defer_foreign_keys = ON`);
  move(tx, to, BETWEEN);
  move(tx, from, to);
  move(tx, BETWEEN, from);
  for (const ref of [from, to]) {
    const session = tx.select({ ref: sessions.ref }).from(sessions).where(eq(sessions.ref, ref));
    if (session.get() !== undefined) noteStale(tx, ref);
  }
}

// No ref begins so.
const BETWEEN = "-between";

function move(tx: Tx, from: string, to: string): void {
  for (const table of [slugs, sessions, staleDocuments])
    tx.update(table).set({ ref: to }).where(eq(table.ref, from)).run();
}
