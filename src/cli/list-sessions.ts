import { waitingOrders } from "../jobs/waiting.ts";
import { hasTable, readOnly } from "../kugetsu/db/read-only.ts";
import { type ListedSession, listSessions } from "../kugetsu/session/list.ts";

/** The sessions of a database, those that an order waits for as `waiting`, and what was asked for and has none yet. */
export function listWithOrders(database: string): ListedSession[] {
  const { sessions, waiting } = readOnly(database, (client) =>
    hasTable(client, "sessions")
      ? { sessions: listSessions(client), waiting: waitingOrders(client) }
      : { sessions: [], waiting: [] },
  );
  const waits = new Set(waiting.map(({ resource }) => resource));
  const known = new Set(sessions.map(({ ref }) => ref));
  return [
    ...sessions.map((session) => asWaiting(session, waits.has(session.ref))),
    ...waiting
      .filter(({ resource }) => !known.has(resource))
      .map(({ resource, lane, createdAt }) => ({
        ref: resource,
        kind: lane === "pm" ? ("pm" as const) : ("forked" as const),
        state: "waiting",
        opencodeSessionId: undefined,
        worktreePath: undefined,
        branch: undefined,
        closedAt: undefined,
        createdAt,
        lastActivityAt: createdAt,
      })),
  ];
}

function asWaiting(session: ListedSession, waits: boolean): ListedSession {
  return waits && !BUSY.has(session.state) ? { ...session, state: "waiting" } : session;
}

const BUSY: ReadonlySet<string> = new Set(["running", "destroying"]);
