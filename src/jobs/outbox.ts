import { and, asc, eq, lte, notExists, notInArray, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database, Tx } from "../kugetsu/db/database.ts";
import { acquireLease, releaseLease } from "../kugetsu/db/leases.ts";
import type { Owner } from "../kugetsu/db/owner.ts";
import { leases } from "../kugetsu/db/schema.ts";
import type { Message, NewMessage } from "./message.ts";
import { putMessage } from "./outbox-rows.ts";
import { jobs, outbox } from "./schema.ts";
import { messagesOf, type Server } from "./servers.ts";

/** What still has to be said to the forges. All times are milliseconds since the epoch. */
export interface OutboxStore {
  /**
   * Puts messages in, or newer texts into those with the same key, all of them or none. A status of a job that is
   * over is left out: its final one came with its end.
   */
  put(messages: readonly NewMessage[], jobId?: number): Promise<void>;
  /**
   * Takes the next message that is due, one of an issue at a time, and counts the try before it is made. None of the
   * forges in `except`, and none that is for another server than those in `servers`, should that be told.
   */
  claim(
    owner: Owner,
    except?: readonly string[],
    servers?: readonly Server[],
  ): Promise<Message | undefined>;
  /** It is on the forge, under that id when it is a comment. */
  sent(message: Message, owner: Owner, remoteId: number | undefined): Promise<void>;
  /** It failed, and the next try is due at `dueAt`. `why` may be shown to the operator. */
  postpone(message: Message, owner: Owner, next: { dueAt: number; why: string }): Promise<void>;
  /**
   * It failed for good. `gone`: the comment to edit was deleted; it is posted anew, once. `why` may be shown to the
   * operator. Returns whether there will be another try.
   */
  giveUp(message: Message, owner: Owner, end: { gone: boolean; why: string }): Promise<boolean>;
  /** How many messages are not out yet, those that are held left out, and how many never will be. */
  counts(): Promise<{ due: number; dead: number }>;
  /** The message as it stands, for tests and `status`. */
  find(key: string): Promise<OutboxRow | undefined>;
}

export type OutboxRow = typeof outbox.$inferSelect;

export interface OutboxOptions {
  readonly db: Database;
  /** STATUS_INTERVAL in milliseconds: the least time between two edits of a status that are not urgent. */
  readonly intervalMs: number;
  readonly now?: () => number;
  /** Called after a commit that put something in: wake the sender. */
  readonly onOutbox?: () => void;
}

export function createOutboxStore({
  db,
  intervalMs,
  now = Date.now,
  onOutbox,
}: OutboxOptions): OutboxStore {
  /** Writes the outcome of a try, and lets the next message go. */
  const settle = <T>(message: Message, owner: Owner, write: (tx: Tx) => T): T =>
    db.write((tx) => {
      const result = write(tx);
      releaseLease(tx, groupLease(message.group), owner.marker);
      return result;
    });
  return {
    put: async (messages, jobId) => {
      db.write((tx) => {
        // Whoever reports progress may be late: nothing comes after a job's final status.
        const isOver = jobId !== undefined && isJobOver(tx, jobId);
        for (const message of messages) {
          if (isOver && message.kind === "status") continue;
          putMessage(tx, message, { jobId, held: false }, now());
        }
      });
      onOutbox?.();
    },
    claim: async (owner, except = [], servers) => {
      // Most wakes find nothing: they need not wait for the one writer.
      const ripe = { now: now(), intervalMs, except, servers };
      if (nextDue(db.orm, ripe) === undefined) return undefined;
      return db.write((tx) => claimMessage(tx, owner, ripe));
    },
    sent: async (message, owner, remoteId) => {
      settle(message, owner, (tx) => {
        tx.update(outbox)
          .set({
            postedVersion: message.version,
            remoteId: remoteId ?? message.remoteId ?? null,
            attempts: 0,
            trouble: null,
            lastEditAt: now(),
            state: sql`CASE WHEN ${outbox.version} > ${message.version} THEN 'due' ELSE 'done' END`,
          })
          .where(eq(outbox.id, message.id))
          .run();
      });
    },
    postpone: async (message, owner, { dueAt, why }) => {
      settle(message, owner, (tx) => {
        tx.update(outbox)
          .set({ dueAt, trouble: short(why) })
          .where(eq(outbox.id, message.id))
          .run();
      });
    },
    giveUp: async (message, owner, { gone, why }) =>
      settle(message, owner, (tx) => {
        const again = and(eq(outbox.id, message.id), eq(outbox.reposted, false));
        if (gone && message.remoteId !== undefined) {
          const restart = {
            remoteId: null,
            attempts: 0,
            trouble: short(why),
            reposted: true,
            state: "due",
            dueAt: now(),
          } as const;
          if (tx.update(outbox).set(restart).where(again).run().changes === 1) return true;
        }
        const dead = { state: "dead", trouble: short(why) } as const;
        tx.update(outbox).set(dead).where(eq(outbox.id, message.id)).run();
        return false;
      }),
    counts: async () => {
      const due = await db.orm.$count(outbox, eq(outbox.state, "due"));
      return { due, dead: await db.orm.$count(outbox, eq(outbox.state, "dead")) };
    },
    find: async (key) => db.orm.select().from(outbox).where(eq(outbox.key, key)).get(),
  };
}

interface Ripe {
  readonly now: number;
  readonly intervalMs: number;
  readonly except: readonly string[];
  readonly servers: readonly Server[] | undefined;
}

function claimMessage(tx: Tx, owner: Owner, ripe: Ripe): Message | undefined {
  const id = nextDue(tx, ripe);
  if (id === undefined) return undefined;
  const group = groupOf(tx, id);
  if (!acquireLease(tx, { resource: groupLease(group), kind: "outbox", owner }, ripe.now))
    return undefined;
  const row = tx
    .update(outbox)
    .set({ attempts: sql`${outbox.attempts} + 1` })
    .where(eq(outbox.id, id))
    .returning()
    .get();
  return {
    id: row.id,
    jobId: row.jobId ?? undefined,
    repositoryId: isFresh(row) ? undefined : repositoryOf(tx, row.jobId),
    group,
    key: row.key,
    forge: row.forge,
    kind: row.kind,
    target: row.target,
    body: row.body,
    version: row.version,
    remoteId: row.remoteId ?? undefined,
    attempts: row.attempts,
    maybePosted: row.attempts > 1 && row.remoteId === null,
  };
}

function nextDue(tx: Tx, { now, intervalMs, except, servers }: Ripe): number | undefined {
  const older = alias(outbox, "older");
  // Whether it need not wait for the interval.
  const isRipe = (row: typeof outbox | typeof older) =>
    or(
      sql`${row.urgentVersion} > ${row.postedVersion}`,
      sql`coalesce(${row.lastEditAt}, 0) <= ${now - intervalMs}`,
    );
  const before = tx
    .select({ one: sql`1` })
    .from(older)
    .where(
      and(
        eq(older.state, "due"),
        eq(older.group, outbox.group),
        sql`${older.id} < ${outbox.id}`,
        messagesOf(servers, older),
        or(sql`${older.attempts} > 0`, isRipe(older)),
      ),
    );
  const sending = tx
    .select({ one: sql`1` })
    .from(leases)
    .where(eq(leases.resource, sql`'outbox:' || ${outbox.group}`));
  return tx
    .select({ id: outbox.id })
    .from(outbox)
    .where(
      and(
        eq(outbox.state, "due"),
        lte(outbox.dueAt, now),
        notInArray(outbox.forge, [...except]),
        messagesOf(servers),
        isRipe(outbox),
        notExists(sending),
        notExists(before),
      ),
    )
    .orderBy(asc(outbox.id))
    .limit(1)
    .get()?.id;
}

function isJobOver(tx: Tx, jobId: number): boolean {
  const job = tx.select({ at: jobs.finishedAt }).from(jobs).where(eq(jobs.id, jobId)).get();
  return job !== undefined && job.at !== null;
}

/** The first status comes right after the admission, and is waited for. */
function isFresh({ kind, reposted, attempts }: OutboxRow): boolean {
  return kind === "status" && !reposted && attempts === 1;
}

function repositoryOf(tx: Tx, jobId: number | null): number | undefined {
  if (jobId === null) return undefined;
  const job = tx.select({ id: jobs.repositoryId }).from(jobs).where(eq(jobs.id, jobId)).get();
  // 0 where no forge knows it.
  return job?.id || undefined;
}

function groupOf(tx: Tx, id: number): string {
  return (
    tx.select({ group: outbox.group }).from(outbox).where(eq(outbox.id, id)).get()?.group ?? ""
  );
}

/** What is held while a message of that group is on its way. */
export function groupLease(group: string): string {
  return `outbox:${group}`;
}

/** A reason is one short line. */
function short(why: string): string {
  return why.replaceAll(/\s+/g, " ").slice(0, 500).toWellFormed();
}
