import type { ReadOnly } from "../kugetsu/db/read-only.ts";

/** What is asked of a session that does not run yet, or whose process has died. */
export interface WaitingOrder {
  /** The session's ref. */
  readonly resource: string;
  readonly lane: "dev" | "pm";
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** The oldest order of each session among those that wait. */
export function waitingOrders(client: ReadOnly): WaitingOrder[] {
  return client
    .prepare<[], WaitingOrder>(
      `SELECT resource, lane, min(created_at) AS createdAt FROM jobs
       WHERE state IN ('received', 'queued') AND lane <> 'quick' AND resource IS NOT NULL
       GROUP BY resource ORDER BY createdAt`,
    )
    .all();
}
