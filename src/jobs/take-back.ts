import { and, eq, inArray, sql } from "drizzle-orm";
import type { RepositoryId, WordsPlace } from "../forge/event.ts";
import type { Tx } from "../kugetsu/db/database.ts";
import type { ReportEnd } from "./contract.ts";
import { stopRow } from "./request-stop.ts";
import { jobs } from "./schema.ts";

/** Words that are gone: whoever deleted them takes back what was asked in them and has not begun. */
export interface TakeBack {
  readonly repository: RepositoryId;
  readonly place: Exclude<WordsPlace, "issue">;
  /** Of the words. */
  readonly id: number;
  /** A login. */
  readonly by: string;
  /** What is said of an order that was admitted. */
  readonly report: ReportEnd;
}

/** Ends the orders of these words that wait. Returns the jobs' ids. */
export function takeBack(
  tx: Tx,
  forge: string,
  { repository, place, id, by, report }: TakeBack,
  now: number,
): readonly number[] {
  const rows = tx
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.forge, forge),
        eq(jobs.commentId, id),
        eq(jobs.repositoryId, repository.id),
        inArray(jobs.state, ["received", "queued"]),
        eq(sql`coalesce(json_extract(${jobs.act}, '$.trigger'), 'comment')`, place),
      ),
    )
    .all();
  for (const row of rows) {
    // Of what the forge has not confirmed, nothing was said, and nothing is.
    const say: ReportEnd = row.state === "queued" ? report : () => [];
    stopRow(tx, row, { by, report: say }, now);
  }
  return rows.map((row) => row.id);
}
