import { and, eq, inArray, lt, ne, or, sql } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import { parseRef } from "../kugetsu/ref.ts";
import { isSameServer } from "./act.ts";
import type { NewJob } from "./job.ts";
import { jobs } from "./schema.ts";

/** The note of a job that came at the wrong time, with why: it is not worked off, however long its admission takes. */
export const WRONG_TIME = "wrongTime";

/**
 * Why a job that is only for an idle issue, or only for a busy one, is not worked off; undefined where it may be.
 * `id`: undefined while it is not stored. What came before it and is not admitted yet decides nothing then: it may be
 * refused, and is settled before this one is.
 */
export function wrongTime(
  tx: Tx,
  job: Pick<NewJob, "only" | "ref" | "forge" | "repository">,
  id?: number,
): string | undefined {
  switch (job.only) {
    case undefined:
      return undefined;
    case "idle":
      return isBusy(tx, job, { id, receivedBefore: id ?? 0 })
        ? "A turn of the issue runs or waits already."
        : undefined;
    case "busy":
      return isBusy(tx, job, { id, receivedBefore: id ?? Number.MAX_SAFE_INTEGER })
        ? undefined
        : "No turn of the issue runs or waits.";
    default:
      return job.only satisfies never;
  }
}

function isBusy(
  tx: Tx,
  job: Pick<NewJob, "ref" | "forge" | "repository">,
  { id, receivedBefore }: { id: number | undefined; receivedBefore: number },
): boolean {
  const other = tx
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        isOfIssue(job),
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

/** While a repository is renamed, orders of one issue have refs of either name. */
function isOfIssue({ ref, forge, repository }: Pick<NewJob, "ref" | "forge" | "repository">) {
  const end = `#${parseRef(ref).identifier}`;
  return or(
    eq(jobs.ref, ref),
    and(
      isSameServer({ forge, ref }),
      eq(jobs.repositoryId, repository.id),
      eq(sql`substr(${jobs.ref}, instr(${jobs.ref}, '#'))`, end),
    ),
  );
}
