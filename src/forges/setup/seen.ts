import { join } from "node:path";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { and, desc, eq, gte } from "drizzle-orm";
import { deliveries } from "../../jobs/schema.ts";
import type { Database } from "../../kugetsu/db/database.ts";
import { inspectDatabase } from "../../kugetsu/db/inspect.ts";
import { DATABASE } from "../../kugetsu/home.ts";

/** What the server of a home has taken. */
export interface Seen extends Disposable {
  readonly db: Database;
  /** When a delivery came through that hook last (milliseconds since 1970), of those since then. */
  last(forge: string, hook: string, since?: number): number | undefined;
  /** Waits for one; false when none came within `timeoutMs`. */
  wait(forge: string, hook: string, since: number, timeoutMs: number): Promise<boolean>;
}

const POLL_MS = 150;

/** Opens the database of a home for reading; undefined where there is none of this version. */
export function openSeen(home: string): Seen | undefined {
  const file = join(home, DATABASE);
  if (!existsSync(file)) return undefined;
  const opened = inspectDatabase(file);
  if (opened.schema !== "current") {
    opened[Symbol.dispose]();
    return undefined;
  }
  const last: Seen["last"] = (forge, hook, since = 0) =>
    opened.db.orm
      .select({ at: deliveries.receivedAt })
      .from(deliveries)
      .where(
        and(
          eq(deliveries.forge, forge),
          eq(deliveries.hook, hook),
          gte(deliveries.receivedAt, since),
        ),
      )
      .orderBy(desc(deliveries.receivedAt))
      .limit(1)
      .get()?.at;
  return {
    db: opened.db,
    last,
    async wait(forge, hook, since, timeoutMs) {
      const until = performance.now() + timeoutMs;
      for (;;) {
        if (last(forge, hook, since) !== undefined) return true;
        if (performance.now() >= until) return false;
        await delay(POLL_MS);
      }
    },
    [Symbol.dispose]: () => opened[Symbol.dispose](),
  };
}
