import { and, eq, inArray, lt, ne, or } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import type { NewJob } from "./job.ts";
import { jobs } from "./schema.ts";

/**
 * Why a job that is only for an idle issue, or only for a busy one, is not worked off; undefined where it may be.
 * `id`: undefined while it is not stored. What came before it and is not admitted yet decides nothing then: it may be
 * refused, and is settled before this one is.
 */
export function wrongTime(
  tx: Tx,
  { only, ref }: Pick<NewJob, "only" | "ref">,
  id?: number,
): string | undefined {
  switch (only) {
    case undefined:
      return undefined;
    case "idle":
      return isBusy(tx, ref, { id, receivedBefore: id ?? 0 })
        ? "A turn of the issue runs or waits already."
        : undefined;
    case "busy":
      return isBusy(tx, ref, { id, receivedBefore: id ?? Number.MAX_SAFE_INTEGER })
        ? undefined
        : "No turn of the issue runs or waits.";
    default:
      return only satisfies never;
  }
}

function isBusy(
  tx: Tx,
  ref: string,
  { id, receivedBefore }: { id: number | undefined; receivedBefore: number },
): boolean {
  const other = tx
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        eq(jobs.ref, ref),
        ne(jobs.lane, "quick"),
        id === undefined ? undefined : ne(jobs.id, id),
        or(
          inArray(jobs.state, ["queued", "running"]),
          and(eq(jobs.state, "received"), lt(jobs.id, receivedBefore)),
        ),
      ),
    )
    .limit(1)
    .get();
  return other !== undefined;
}
