import { and, desc, eq, notLike } from "drizzle-orm";
import { deliveries } from "../jobs/schema.ts";
import { deliveryIdOf } from "./known.ts";
import type { Watch } from "./watch.ts";

// One that failed may be older than one that came.
const OVERLAP_MS = 10 * 60 * 1_000;
/** What is older is not done any more. */
const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Asks a forge that can for what it could not deliver.
 * @param since when that was asked last (milliseconds); undefined: as long as this process lives, never
 * @returns when it was asked now, for the next time
 */
export async function resend(
  watch: Watch,
  resendFailed: (since: number) => Promise<number>,
  since: number | undefined,
): Promise<number> {
  const { name: forge, log, now } = watch;
  const asked = now();
  const from = (since ?? newestDelivery(watch) ?? asked) - OVERLAP_MS;
  const count = await resendFailed(Math.max(from, asked - DAY_MS));
  if (count > 0) log.info({ forge, count }, "Failed deliveries are sent again");
  return asked;
}

function newestDelivery({ db, name }: Watch): number | undefined {
  const { receivedAt, forge, deliveryId } = deliveries;
  return db.orm
    .select({ receivedAt })
    .from(deliveries)
    .where(and(eq(forge, name), notLike(deliveryId, deliveryIdOf("%"))))
    .orderBy(desc(receivedAt))
    .limit(1)
    .get()?.receivedAt;
}
