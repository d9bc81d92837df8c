import { sql } from "drizzle-orm";
import { check, index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** The directory name of each ref. Never given to another ref, so that kept work stays apart even after a destroy. */
export const slugs = sqliteTable(
  "slugs",
  {
    ref: text().primaryKey(),
    slug: text().notNull(),
  },
  // Case is ignored, since on some file systems two such directories would be one.
  (table) => [uniqueIndex("slugs_slug").on(sql`lower(${table.slug})`)],
);

export const sessions = sqliteTable("sessions", {
  ref: text()
    .primaryKey()
    .references(() => slugs.ref),
  kind: text({ enum: ["base", "pm_agent", "forked", "pm"] }).notNull(),
  state: text().notNull(),
  repositoryId: integer("repository_id"),
  opencodeSessionId: text("opencode_session_id"),
  worktreePath: text("worktree_path"),
  branch: text(),
  base: text(),
  startSha: text("start_sha"),
  tip: text(),
  pushedSha: text("pushed_sha"),
  seenCommentId: integer("seen_comment_id"),
  worktreeAt: text("worktree_at"),
  requester: text(),
  mergeOf: text("merge_of"),
  unresolved: text({ mode: "json" }).$type<readonly string[]>().notNull(),
  importedClone: text("imported_clone"),
  importedConversation: text("imported_conversation"),
  /** Since when its issue is closed (milliseconds): it is cleaned up some time after. */
  closedAt: integer("closed_at"),
  createdAt: integer("created_at").notNull(),
  lastActivityAt: integer("last_activity_at").notNull(),
});

export const leases = sqliteTable(
  "leases",
  {
    resource: text().primaryKey(),
    kind: text().notNull(),
    host: text().notNull(),
    pid: integer().notNull(),
    processStartedAt: text("process_started_at"),
    marker: text().notNull(),
    acquiredAt: integer("acquired_at").notNull(),
    renewedAt: integer("renewed_at").notNull(),
  },
  (table) => [index("leases_kind").on(table.kind), index("leases_marker").on(table.marker)],
);

/** Whose documented file is not written yet. A later change gets a new id, so that it is not taken for the written one. */
export const staleDocuments = sqliteTable("stale_documents", {
  id: integer().primaryKey({ autoIncrement: true }),
  ref: text()
    .notNull()
    .unique()
    .references(() => slugs.ref),
});

/** What became of a home that the shell version had made: asked once, and then never again. */
export const shellHomes = sqliteTable(
  "shell_homes",
  {
    id: integer().primaryKey(),
    state: text({ enum: ["absent", "begun", "done"] }).notNull(),
    /** Path of its backup, relative to the home. */
    backup: text(),
    at: integer().notNull(),
  },
  (table) => [check("shell_homes_one", sql`${table.id} = 1`)],
);
