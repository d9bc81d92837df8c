import { isDead } from "../db/dead.ts";
import type { ReadOnly } from "../db/read-only.ts";
import type { SessionKind } from "../db/sessions.ts";
import { DESTROYING, isTurn, REMOVING } from "./states.ts";

/** A session as lists tell of it. */
export interface ListedSession {
  /** A printed issue ref, `base`, `pm-agent`, or `pm:<instance/owner/repo>`. */
  readonly ref: string;
  readonly kind: SessionKind;
  /**
   * `running` while a turn of a living process works on it, whatever its row says; `interrupted` when the row says so and the
   * process is gone; `destroying` until all of it is removed; else how its last turn ended, or `idle`.
   */
  readonly state: string;
  readonly opencodeSessionId: string | undefined;
  /** Absolute; undefined for sessions without a worktree. */
  readonly worktreePath: string | undefined;
  readonly branch: string | undefined;
  /** Since when its issue is closed, in milliseconds since the epoch. */
  readonly closedAt: number | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. */
  readonly lastActivityAt: number;
}

interface Row {
  ref: string;
  kind: SessionKind;
  state: string;
  opencodeSessionId: string | null;
  worktreePath: string | null;
  branch: string | null;
  closedAt: number | null;
  createdAt: number;
  lastActivityAt: number;
}

interface LeaseRow {
  resource: string;
  kind: string;
  host: string;
  pid: number;
  processStartedAt: string | null;
  renewedAt: number;
}

/** All sessions: the base session and the PM agent first, then the others, oldest first. */
export function listSessions(client: ReadOnly, now: number = Date.now()): ListedSession[] {
  const atWork = new Set(
    client
      .prepare<[], LeaseRow>(
        `SELECT resource, kind, host, pid, process_started_at AS processStartedAt, renewed_at AS renewedAt
         FROM leases`,
      )
      .all()
      .filter(
        (row) =>
          isTurn(row.kind) &&
          !isDead({ ...row, processStartedAt: row.processStartedAt ?? undefined }, now),
      )
      .map(({ resource }) => resource),
  );
  return client
    .prepare<[], Row>(
      `SELECT ref, kind, state, opencode_session_id AS opencodeSessionId, worktree_path AS worktreePath, branch,
         closed_at AS closedAt, created_at AS createdAt, last_activity_at AS lastActivityAt
       FROM sessions
       ORDER BY CASE kind WHEN 'base' THEN 0 WHEN 'pm_agent' THEN 1 ELSE 2 END, created_at, ref`,
    )
    .all()
    .map((row) => toListed(row, stateOf(row, atWork)));
}

function toListed(row: Row, state: string): ListedSession {
  const { kind, opencodeSessionId, worktreePath, branch } = row;
  return {
    ...row,
    state,
    opencodeSessionId: opencodeSessionId ?? undefined,
    // The directory that a session without a worktree works in is no business of anybody's.
    worktreePath: kind === "forked" ? (worktreePath ?? undefined) : undefined,
    branch: branch ?? undefined,
    closedAt: row.closedAt ?? undefined,
  };
}

function stateOf({ ref, state }: Row, atWork: ReadonlySet<string>): string {
  if (atWork.has(ref)) return "running";
  if (state === "running") return "interrupted";
  return state === REMOVING ? DESTROYING : state;
}
