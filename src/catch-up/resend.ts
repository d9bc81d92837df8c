import { and, desc, eq, notLike } from "drizzle-orm";
import { deliveries } from "../jobs/schema.ts";
import { deliveryIdOf } from "./known.ts";
import type { Watch } from "./watch.ts";

// One that failed may be older than one that came.
const OVERLAP_MS = 10 * 60 * 1_000;
/** What is older is not done any more. */
const DAY_MS = 24 * 60 * 60 * 1_000;
/** A forge may send only so many again at once. But what fails every time is not asked for all day. */
const MOST_ROUNDS = 12;

/** What was asked for last, as long as this process lives. */
export interface Resent {
  /** When that was (milliseconds since the epoch). */
  readonly at: number;
  /** From when on deliveries are asked for next time. */
  readonly from: number;
  /** How often it was from then on already. */
  readonly rounds: number;
}

/**
 * Asks a forge that can for what it could not deliver, until nothing is left of it.
 * @param last undefined: at the start; then from the newest delivery on that came
 */
export async function resend(
  watch: Watch,
  resendFailed: (since: number) => Promise<number>,
  last: Resent | undefined,
): Promise<Resent> {
  const { name: forge, log, now } = watch;
  const at = now();
  const from = last?.from ?? newestDelivery(watch) ?? at;
  const count = await resendFailed(Math.max(from - OVERLAP_MS, at - DAY_MS));
  if (count > 0) log.info({ forge, count }, "Failed deliveries are sent again");
  const rounds = (last?.rounds ?? 0) + 1;
  return count > 0 && rounds < MOST_ROUNDS ? { at, from, rounds } : { at, from: at, rounds: 0 };
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
