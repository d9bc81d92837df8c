import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { Verb } from "../command.ts";
import type { Thread } from "../thread.ts";
import type { Validators } from "../forge/forge.ts";
import type { NewJob } from "./job.ts";
import type { MessageTarget } from "./message.ts";

/** Every verified delivery that was answered with 202, so that its repetition is known. Bodies are not kept. */
export const deliveries = sqliteTable(
  "deliveries",
  {
    forge: text().notNull(),
    deliveryId: text("delivery_id").notNull(),
    event: text().notNull(),
    receivedAt: integer("received_at").notNull(),
    jobId: integer("job_id"),
    /** The hook of its own that it came through (the last part of the path), if any. */
    hook: text(),
  },
  (table) => [
    primaryKey({ columns: [table.forge, table.deliveryId] }),
    index("deliveries_received_at").on(table.receivedAt),
  ],
);

export const jobs = sqliteTable(
  "jobs",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** What the act means, hashed: the same act in another delivery has the same. */
    meaning: text().notNull(),
    /** What gave the order, as the forge's own id names it, known from the admission on: one act gives one order. */
    actKey: text("act_key"),
    forge: text().notNull(),
    ref: text().notNull(),
    repositoryId: integer("repository_id").notNull(),
    commentId: integer("comment_id").notNull(),
    actorId: integer("actor_id").notNull(),
    lane: text({ enum: ["dev", "pm", "quick"] }).notNull(),
    verb: text().$type<Verb>(),
    /** What it holds while it runs; a quick one holds nothing but itself. */
    resource: text(),
    /** The whole NewJob; the columns above repeat what queries decide by. */
    act: text({ mode: "json" }).$type<NewJob>().notNull(),
    state: text({
      enum: [
        "received",
        "queued",
        "running",
        "done",
        "failed",
        "timed_out",
        "stopped",
        "dropped",
        "refused",
      ],
    }).notNull(),
    /** Failed tries of the admission, those among them that were no unavailable forge, and when the next is due. */
    tries: integer().notNull().default(0),
    faults: integer().notNull().default(0),
    dueAt: integer("due_at").notNull(),
    admittedAt: integer("admitted_at"),
    thread: text({ mode: "json" }).$type<Thread>(),
    attempts: integer().notNull().default(0),
    /** How many of the attempts ended with a shutdown, which costs no resume. */
    interruptions: integer().notNull().default(0),
    /** The marker of the lease under which it runs or ran last. */
    marker: text(),
    /** Who asked for its end. */
    stopBy: text("stop_by"),
    notes: text({ mode: "json" }).$type<Readonly<Record<string, unknown>>>().notNull(),
    /** The words of its end; gone once they are forgotten. */
    words: text(),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    finishedAt: integer("finished_at"),
  },
  (table) => [
    uniqueIndex("jobs_meaning").on(table.meaning),
    index("jobs_ref").on(table.ref, table.state),
    index("jobs_comment").on(table.forge, table.commentId),
    index("jobs_act_key").on(table.forge, table.repositoryId, table.actKey),
    index("jobs_actor").on(table.forge, table.actorId, table.admittedAt),
    index("jobs_state").on(table.state, table.lane, table.id),
    index("jobs_finished_at").on(table.finishedAt),
  ],
);

/** The operator's pause: one row while no turn may begin, none otherwise. */
export const pauses = sqliteTable(
  "pauses",
  {
    id: integer().primaryKey(),
    pausedAt: integer("paused_at").notNull(),
    /** Turns that run are to be put back as well. */
    endsTurns: integer("ends_turns", { mode: "boolean" }).notNull(),
  },
  (table) => [check("pauses_one", sql`${table.id} = 1`)],
);

export const outbox = sqliteTable(
  "outbox",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    key: text().notNull(),
    jobId: integer("job_id"),
    forge: text().notNull(),
    /** Rows of one group, one issue's, are sent in order. */
    group: text("group_key").notNull(),
    kind: text({ enum: ["reaction", "status", "comment", "review"] }).notNull(),
    target: text({ mode: "json" }).$type<MessageTarget>().notNull(),
    body: text().notNull(),
    version: integer().notNull().default(1),
    postedVersion: integer("posted_version").notNull().default(0),
    /** The newest version that does not wait for the interval. */
    urgentVersion: integer("urgent_version").notNull().default(0),
    remoteId: integer("remote_id"),
    /** Tries since the last success; a row with one and no remote id may have been posted. */
    attempts: integer().notNull().default(0),
    /** Why the last try failed, for the operator; null once one succeeds. */
    trouble: text(),
    /** It was posted anew since somebody deleted the comment. */
    reposted: integer({ mode: "boolean" }).notNull().default(false),
    state: text({ enum: ["held", "due", "done", "dead"] }).notNull(),
    dueAt: integer("due_at").notNull(),
    createdAt: integer("created_at").notNull(),
    lastEditAt: integer("last_edit_at"),
  },
  (table) => [
    uniqueIndex("outbox_key").on(table.key),
    index("outbox_due").on(table.state, table.id),
    index("outbox_group").on(table.group, table.state, table.id),
    index("outbox_job").on(table.jobId),
  ],
);

/** Every repository of which a delivery came or that is configured, and that its forge knows: followed by its id through a rename. */
export const repositories = sqliteTable(
  "repositories",
  {
    forge: text().notNull(),
    repositoryId: integer("repository_id").notNull(),
    owner: text().notNull(),
    name: text().notNull(),
    /** Everything before this moment was looked at (milliseconds). Of a new repository it is the moment it was first seen. */
    cursor: integer().notNull(),
    validators: text({ mode: "json" }).$type<Validators>().notNull(),
    /** When it was looked at last; null: never. */
    lookedAt: integer("looked_at"),
    /** Tries in vain since then, and when the next is due. */
    tries: integer().notNull().default(0),
    dueAt: integer("due_at").notNull(),
    /** Why it cannot be looked at, for the operator. */
    trouble: text(),
    seenAt: integer("seen_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.forge, table.repositoryId] }),
    index("repositories_due").on(table.forge, table.dueAt),
  ],
);

/** What is to be looked at on a forge since a delivery told only that something is there. */
export const looks = sqliteTable(
  "looks",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    forge: text().notNull(),
    repositoryId: integer("repository_id").notNull(),
    owner: text().notNull(),
    name: text().notNull(),
    issueNumber: integer("issue_number").notNull(),
    /** See NewLook. */
    kind: text({ enum: ["state", "reviews", "words", "repository"] }).notNull(),
    tries: integer().notNull().default(0),
    dueAt: integer("due_at").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("looks_one").on(table.forge, table.repositoryId, table.issueNumber, table.kind),
    index("looks_due").on(table.forge, table.dueAt),
  ],
);

/** Commands that were found too late to be run: told to the operator. */
export const missed = sqliteTable(
  "missed",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    meaning: text().notNull(),
    forge: text().notNull(),
    /** Printed issue ref. */
    ref: text().notNull(),
    /** Where people read it. */
    url: text().notNull(),
    actor: text().notNull(),
    why: text().notNull(),
    /** When it was written, and when it was found (milliseconds). */
    writtenAt: integer("written_at").notNull(),
    foundAt: integer("found_at").notNull(),
  },
  (table) => [uniqueIndex("missed_meaning").on(table.meaning)],
);
