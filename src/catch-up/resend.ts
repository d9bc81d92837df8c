import { and, asc, eq, notLike } from "drizzle-orm";
import type { Resending } from "../forge/forge.ts";
import { deliveries } from "../jobs/schema.ts";
import { deliveryIdOf } from "./known.ts";
import type { Watch } from "./watch.ts";

// One that failed may be older than one that came.
const OVERLAP_MS = 10 * 60 * 1_000;
/** What is older is not done any more. */
const DAY_MS = 24 * 60 * 60 * 1_000;

/** What was asked for last, as long as this process lives. */
export interface Resent {
  /** When that was (milliseconds since the epoch). */
  readonly at: number;
  /** From when on deliveries are asked for next time. */
  readonly from: number;
  /** The operator was told that there are too many. */
  readonly isTold: boolean;
}

/**
 * Asks a forge that can for what it could not deliver, until nothing is left of it.
 * @param last undefined: at the start, when nobody knows what an earlier process left to do; then the whole day is
 *   looked through, but nothing from before the first delivery that came
 */
export async function resend(
  watch: Watch,
  resendFailed: (since: number) => Promise<Resending>,
  last: Resent | undefined,
): Promise<Resent> {
  const { name: forge, log, now } = watch;
  const at = now();
  const from = Math.max(last?.from ?? firstDelivery(watch) ?? at, at - DAY_MS);
  const { resent: count, left, isWhole } = await resendFailed(from - OVERLAP_MS);
  if (count > 0) log.info({ forge, count, left }, "Failed deliveries are sent again");
  const isTold = last?.isTold === true || !isWhole;
  if (isTold && last?.isTold !== true) {
    log.warn(
      { forge },
      "The forge made more deliveries than are looked through: older ones that failed are not sent again. Its App's settings list them.",
    );
  }
  return { at, from: count + left > 0 ? from : at, isTold };
}

function firstDelivery({ db, name }: Watch): number | undefined {
  const { receivedAt, forge, deliveryId } = deliveries;
  return db.orm
    .select({ receivedAt })
    .from(deliveries)
    .where(and(eq(forge, name), notLike(deliveryId, deliveryIdOf("%"))))
    .orderBy(asc(receivedAt))
    .limit(1)
    .get()?.receivedAt;
}
