import { asc, eq, getTableColumns } from "drizzle-orm";
import { KugetsuError } from "../errors.ts";
import type { Database, Tx } from "./database.ts";
import { sessions, slugs } from "./schema.ts";
import { blockSlug, claimSlugOf, isBlock, unblockSlug } from "./slug.ts";
import { noteStale } from "./stale-documents.ts";

export type SessionKind = "base" | "pm_agent" | "forked" | "pm";

/** One conversation with an agent, and where its work stands. */
export interface Session extends SessionFields {
  /** A printed issue ref, `base`, `pm-agent`, or `pm:<instance/owner/repo>`. */
  readonly ref: string;
  /** The name of its directory, unique and the same for ever. */
  readonly slug: string;
  readonly kind: SessionKind;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What changes in a session's life; undefined stands for what is not known yet. */
export interface SessionFields {
  /** For example `idle`, `running`, `failed`. */
  readonly state: string;
  /** What the forge calls its repository: a name may come to mean another one. */
  readonly repositoryId: number | undefined;
  readonly opencodeSessionId: string | undefined;
  /** Absolute. */
  readonly worktreePath: string | undefined;
  readonly branch: string | undefined;
  /** Name of the branch that the work is meant for. */
  readonly base: string | undefined;
  /** Where the branch began. */
  readonly startSha: string | undefined;
  /** The last commit that was taken over from the agent. */
  readonly tip: string | undefined;
  /** What the forge's branch was last pushed to. */
  readonly pushedSha: string | undefined;
  /** The newest comment that the agent was told of. */
  readonly seenCommentId: number | undefined;
  /** The commit that the worktree is known to stand on; undefined when it has to be brought to `tip` first. */
  readonly worktreeAt: string | undefined;
  /** Whose name the commits made in the worktree get as their requester. */
  readonly requester: string | undefined;
  /** The commit whose merge was begun in the worktree for the agent to resolve. */
  readonly mergeOf: string | undefined;
  /** Files in which a merge is not resolved. */
  readonly unresolved: readonly string[];
  /** A clone of the shell version's whose work is not in the worktree yet: its path, relative to the home. */
  readonly importedClone: string | undefined;
  /**
   * `opencodeSessionId` is a conversation of the shell version's, to be forked from the backup of that path, relative
   * to the home.
   */
  readonly importedConversation: string | undefined;
  /** Since when its issue is closed (milliseconds since the epoch). */
  readonly closedAt: number | undefined;
  /** Milliseconds since the epoch. */
  readonly lastActivityAt: number;
}

/** `createdAt` counts for a session that is not there yet; without it that is now. */
export type NewSession = Pick<Session, "ref" | "kind"> &
  Partial<SessionFields & Pick<Session, "createdAt">>;

export interface SessionStore {
  get(ref: string): Promise<Session | undefined>;
  /** Makes the session, or replaces all of it but its slug and `createdAt`. Claims the slug when nobody did yet. */
  put(session: NewSession): Promise<Session>;
  /**
   * Changes what is named; a field named with undefined is emptied. Sets `lastActivityAt` unless it is named.
   * @throws KugetsuError `not_found`
   */
  patch(ref: string, change: Partial<SessionFields>): Promise<Session>;
  /** Oldest first. */
  list(): Promise<Session[]>;
  /** False when there is none. Its slug stays its own. */
  remove(ref: string): Promise<boolean>;
  /** The ref's directory name: the sanitized ref, with a short hash where another ref already has that name. */
  claimSlug(ref: string): Promise<string>;
  /** Every directory name that was ever claimed, and whose it is; those of mirrors as well. */
  slugs(): Promise<ReadonlyMap<string, string>>;
  /** Gives that very directory name to nobody, so that no session gets it; false when somebody has it. */
  blockSlug(slug: string): Promise<boolean>;
  /** Ends that. */
  unblockSlug(slug: string): Promise<void>;
}

export function createSessionStore(db: Database, now: () => number = Date.now): SessionStore {
  return {
    get: async (ref) => getSession(db.orm, ref),
    put: async (session) => db.write((tx) => putSession(tx, session, now())),
    patch: async (ref, change) => db.write((tx) => patchSession(tx, ref, change, now())),
    list: async () =>
      select(db.orm).orderBy(asc(sessions.createdAt), asc(sessions.ref)).all().map(toSession),
    remove: async (ref) => db.write((tx) => removeSession(tx, ref)),
    claimSlug: async (ref) => db.write((tx) => claimSlugOf(tx, ref)),
    slugs: async () =>
      new Map(
        db.orm
          .select()
          .from(slugs)
          .all()
          .filter(({ ref }) => !isBlock(ref))
          .map(({ ref, slug }) => [slug, ref]),
      ),
    blockSlug: async (slug) => db.write((tx) => blockSlug(tx, slug)),
    unblockSlug: async (slug) => {
      db.write((tx) => unblockSlug(tx, slug));
    },
  };
}

/** `SessionStore.get` inside a transaction of the caller's. */
function getSession(tx: Tx, ref: string): Session | undefined {
  const row = select(tx).where(eq(sessions.ref, ref)).get();
  return row === undefined ? undefined : toSession(row);
}

/** `SessionStore.put` inside a transaction of the caller's. */
export function putSession(tx: Tx, session: NewSession, now: number): Session {
  claimSlugOf(tx, session.ref);
  const before = getSession(tx, session.ref);
  const row = {
    ...EMPTY,
    lastActivityAt: now,
    ...toColumns(session),
    ref: session.ref,
    kind: session.kind,
  };
  tx.insert(sessions)
    .values({ ...row, createdAt: session.createdAt ?? now })
    .onConflictDoUpdate({ target: sessions.ref, set: row })
    .run();
  return noted(tx, before, existing(tx, session.ref));
}

/** `SessionStore.patch` inside a transaction of the caller's. */
function patchSession(tx: Tx, ref: string, change: Partial<SessionFields>, now: number): Session {
  const before = getSession(tx, ref);
  // Another conversation is no longer the one of the backup.
  const isOther = "opencodeSessionId" in change;
  const imported = isOther ? { importedConversation: undefined } : {};
  tx.update(sessions)
    .set({ lastActivityAt: now, ...toColumns({ ...imported, ...change }) })
    .where(eq(sessions.ref, ref))
    .run();
  return noted(tx, before, existing(tx, ref));
}

/** `SessionStore.remove` inside a transaction of the caller's. */
function removeSession(tx: Tx, ref: string): boolean {
  const isGone = tx.delete(sessions).where(eq(sessions.ref, ref)).run().changes === 1;
  if (isGone) noteStale(tx, ref);
  return isGone;
}

/** Most changes are none of the documented files', and then none is written. */
function noted(tx: Tx, before: Session | undefined, after: Session): Session {
  const isShown = DOCUMENTED.some((name) => before?.[name] !== after[name]);
  if (isShown) noteStale(tx, after.ref);
  return after;
}

/** What of a session stands in the documented files, beside what never changes. */
const DOCUMENTED = ["kind", "state", "opencodeSessionId", "worktreePath"] as const;

const EMPTY = {
  state: "idle",
  repositoryId: null,
  opencodeSessionId: null,
  worktreePath: null,
  branch: null,
  base: null,
  startSha: null,
  tip: null,
  pushedSha: null,
  seenCommentId: null,
  worktreeAt: null,
  requester: null,
  mergeOf: null,
  unresolved: [],
  importedClone: null,
  importedConversation: null,
  closedAt: null,
};

function existing(tx: Tx, ref: string): Session {
  const session = getSession(tx, ref);
  if (session === undefined) throw new KugetsuError("not_found", `There is no session for ${ref}.`);
  return session;
}

function select(tx: Tx) {
  return tx
    .select({ ...getTableColumns(sessions), slug: slugs.slug })
    .from(sessions)
    .innerJoin(slugs, eq(slugs.ref, sessions.ref))
    .$dynamic();
}

/** Undefined in our words is NULL in the database's; drizzle would leave the column as it is. */
function toColumns(fields: Partial<SessionFields>): Partial<typeof sessions.$inferInsert> {
  const named = Object.entries(fields).filter(
    ([name]) => name in EMPTY || name === "lastActivityAt",
  );
  return Object.fromEntries(named.map(([name, value]) => [name, value ?? null]));
}

function toSession(row: typeof sessions.$inferSelect & { slug: string }): Session {
  return {
    ...row,
    repositoryId: row.repositoryId ?? undefined,
    opencodeSessionId: row.opencodeSessionId ?? undefined,
    worktreePath: row.worktreePath ?? undefined,
    branch: row.branch ?? undefined,
    base: row.base ?? undefined,
    startSha: row.startSha ?? undefined,
    tip: row.tip ?? undefined,
    pushedSha: row.pushedSha ?? undefined,
    worktreeAt: row.worktreeAt ?? undefined,
    requester: row.requester ?? undefined,
    mergeOf: row.mergeOf ?? undefined,
    seenCommentId: row.seenCommentId ?? undefined,
    importedClone: row.importedClone ?? undefined,
    importedConversation: row.importedConversation ?? undefined,
    closedAt: row.closedAt ?? undefined,
  };
}
