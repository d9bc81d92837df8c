import type { ListedSession } from "../kugetsu/session/list.ts";
import { shortDuration } from "./ago.ts";
import { parseArguments } from "./arguments.ts";
import type { CliCommand, Io } from "./command.ts";
import { type ExistingHome, existingHome } from "./existing-home.ts";
import { printableJson } from "./printable.ts";
import { table } from "./table.ts";

/** `kugetsu list` */
export const list: CliCommand = {
  summary: "list the sessions, and with --kept the work that was kept",
  usage: `Usage: kugetsu list [--json]
       kugetsu list --kept [--json]

Lists every session with its opencode session, its worktree and its branch. STATE is what is true now: running,
waiting (an order for it has not begun), interrupted (its process has died), destroying, closed (its issue is: it is
cleaned up CLEANUP_AFTER later), idle, or how its last turn ended. AGE counts from the session's first start.

  --kept  list the unpushed work that was kept when a worktree was removed, and how to look at it
  --json  print an array of objects: issue_ref (null for the base session and PM agents), type, state,
          opencode_session_id, worktree_path, branch, repository, created_at, last_activity_at, closed_at;
          with --kept: issue_ref, repository, kept_at, subject, sha, ref, mirror, path`,
  async run(args, io) {
    const { values } = parseArguments(
      args,
      { kept: { type: "boolean" }, json: { type: "boolean" } },
      { max: 0 },
    );
    const json = values.json === true;
    if (values.kept === true) {
      const { listKept } = await import("./list-kept.ts");
      return listKept(io, { json });
    }
    const home = await takenOver(io);
    const sessions =
      home.database === undefined
        ? []
        : (await import("./list-sessions.ts")).listWithOrders(home.database);
    if (json) io.stdout.write(`${printableJson(sessions.map(toJson))}\n`);
    else if (sessions.length > 0) io.stdout.write(table(NAMES, sessions.map(toRow)));
    if (sessions.length === 0) sayEmpty(io, home.path);
  },
};

/** The home; one of the shell version is taken over first, also where a take-over was cut off. */
async function takenOver(io: Io): Promise<ExistingHome> {
  const home = existingHome(io);
  if (!(await isPending(home))) return home;
  const { openExisting } = await import("./open-existing.ts");
  await (await openExisting(io))[Symbol.asyncDispose]();
  return existingHome(io);
}

async function isPending({ database, hasIndex }: ExistingHome): Promise<boolean> {
  if (database === undefined) return hasIndex;
  const [{ readOnly }, { isTakeOverPending }] = await Promise.all([
    import("../kugetsu/db/read-only.ts"),
    import("../kugetsu/shell-home/pending.ts"),
  ]);
  return readOnly(database, (client) => isTakeOverPending(client, hasIndex));
}

const NAMES = [
  "ISSUE_REF",
  "TYPE",
  "SESSION_ID",
  "WORKTREE",
  "STATE",
  "BRANCH",
  "AGE",
  "LAST ACTIVITY",
];

function toRow(session: ListedSession): string[] {
  const { ref, kind, opencodeSessionId, worktreePath, branch } = session;
  const now = Date.now();
  return [
    kind === "forked" ? ref : kind === "pm" ? `(pm) ${repositoryOf(session) ?? ref}` : `(${ref})`,
    kind,
    opencodeSessionId ?? (kind === "forked" ? "-" : "empty"),
    kind === "forked" ? (worktreePath ?? "-") : "N/A",
    shownState(session),
    branch ?? "-",
    shortDuration(now - session.createdAt),
    `${shortDuration(now - session.lastActivityAt)} ago`,
  ];
}

function toJson(session: ListedSession) {
  const { ref, kind, state, opencodeSessionId, worktreePath, branch } = session;
  return {
    issue_ref: kind === "forked" ? ref : null,
    type: kind,
    state,
    opencode_session_id: opencodeSessionId ?? null,
    worktree_path: worktreePath ?? null,
    branch: branch ?? null,
    repository: repositoryOf(session) ?? null,
    created_at: new Date(session.createdAt).toISOString(),
    last_activity_at: new Date(session.lastActivityAt).toISOString(),
    closed_at: session.closedAt === undefined ? null : new Date(session.closedAt).toISOString(),
  };
}

/** What goes on in it comes before that its issue is closed. */
function shownState({ state, closedAt }: ListedSession): string {
  return closedAt === undefined || AT_WORK.has(state) ? state : "closed";
}

const AT_WORK: ReadonlySet<string> = new Set(["running", "waiting", "interrupted", "destroying"]);

/** instance/owner/repo; undefined for the base session and the PM agent of `init`. */
function repositoryOf({ ref, kind }: ListedSession): string | undefined {
  if (kind === "forked") return ref.split("#", 1)[0];
  return kind === "pm" ? ref.replace(/^pm:/, "") : undefined;
}

function sayEmpty(io: Io, path: string): void {
  io.stderr.write(
    `kugetsu: There are no sessions in ${path} yet.\n  \`kugetsu init\` makes the base session and the PM agent, \`kugetsu start REF MESSAGE\` a session for an issue.\n`,
  );
}
