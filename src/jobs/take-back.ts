import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import type { ReportEnd } from "./contract.ts";
import type { Job } from "./job.ts";
import { toJob } from "./job-row.ts";
import { stopRow } from "./request-stop.ts";
import { jobs } from "./schema.ts";
import { instanceOfJob } from "./servers.ts";
import { DELETED_WORDS } from "./stop.ts";

/** The orders that wait and stand in comments or reviews of an issue, oldest first. */
export function waitingInWords(
  tx: Tx,
  issue: {
    /** Name of the forge's route. */
    readonly forge: string;
    /** host[:port] of that forge: another server may have had its name. */
    readonly instance: string;
    readonly repositoryId: number;
    readonly issueNumber: number;
  },
): readonly Job[] {
  const rows = tx
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.forge, issue.forge),
        eq(instanceOfJob(), issue.instance),
        eq(jobs.repositoryId, issue.repositoryId),
        isWaiting(),
        sql`${jobs.commentId} > 0`,
        eq(sql`json_extract(${jobs.act}, '$.issueNumber')`, issue.issueNumber),
      ),
    )
    .orderBy(asc(jobs.id))
    .all();
  return rows.map(toJob);
}

/**
 * Ends those of these orders that wait still: whoever deleted their words took back what was asked in them and had not
 * begun. `report`: what is said of an order that was admitted. Returns the ids of those that are over.
 */
export function takeBack(
  tx: Tx,
  ids: readonly number[],
  report: ReportEnd,
  now: number,
): readonly number[] {
  const rows = tx
    .select()
    .from(jobs)
    .where(and(inArray(jobs.id, [...ids]), isWaiting()))
    .all();
  for (const row of rows) stopRow(tx, row, { by: DELETED_WORDS, report }, now);
  return rows.map((row) => row.id);
}

function isWaiting() {
  return inArray(jobs.state, ["received", "queued"]);
}
