import { and, eq, inArray, lt, ne, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Tx } from "../kugetsu/db/database.ts";
import type { JobState } from "./job.ts";
import { jobs } from "./schema.ts";
import { jobsOf, type Server } from "./servers.ts";

/**
 * Of these servers (undefined: of all), the jobs of the same issue that came before a job of the outer query and are in one of these states, quick ones left
 * out. What a PM agent asks for in its turn waits for none of them: the first of them may be that turn.
 */
export function earlierOfIssue(
  tx: Tx,
  states: readonly JobState[],
  servers: readonly Server[] | undefined,
) {
  const older = alias(jobs, "older");
  return tx
    .select({ one: sql`1` })
    .from(older)
    .where(
      and(
        eq(older.ref, jobs.ref),
        inArray(older.state, [...states]),
        // What waits for a forge that is gone waits for itself alone.
        servers && or(eq(older.state, "running"), jobsOf(servers, older)),
        ne(older.lane, "quick"),
        lt(older.id, jobs.id),
        sql`json_extract(${jobs.act}, '$.parent') IS NULL`,
      ),
    );
}
