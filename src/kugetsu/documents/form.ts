import type { Session } from "../db/sessions.ts";
import { localTime } from "./local-time.ts";

/** Name of a session's file in `sessions/`. */
export function documentName(session: Pick<Session, "slug">): string {
  return `${session.slug}.json`;
}

/**
 * The text of a session's file. The base session and the PM agents have no issue; those of the repositories, which the
 * shell version did not know, name theirs.
 */
export function sessionDocument(session: Session): string {
  const isIssue = session.kind === "forked";
  return printed({
    type: session.kind,
    issue_ref: isIssue ? session.ref : null,
    ...(session.kind === "pm" ? { repository: session.ref.replace(/^pm:/, "") } : {}),
    opencode_session_id: session.opencodeSessionId ?? null,
    worktree_path: isIssue ? (session.worktreePath ?? null) : null,
    created_at: localTime(session.createdAt),
    state: session.state,
  });
}

/** The text of `index.json`: the base session, the PM agent of `init`, and the file of every issue's session. */
export function indexDocument(sessions: readonly Session[]): string {
  const idOf = (kind: Session["kind"]) =>
    sessions.find((session) => session.kind === kind)?.opencodeSessionId ?? null;
  const issues = sessions.filter(({ kind }) => kind === "forked");
  return printed({
    base: idOf("base"),
    pm_agent: idOf("pm_agent"),
    issues: Object.fromEntries(issues.map((session) => [session.ref, documentName(session)])),
  });
}

function printed(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
