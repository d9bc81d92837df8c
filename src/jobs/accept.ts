import { randomUUID } from "node:crypto";
import { and, asc, eq, inArray } from "drizzle-orm";
import { CATCH_UP } from "../forge/delivery-id.ts";
import type { Tx } from "../kugetsu/db/database.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { RepositoryId } from "../forge/event.ts";
import type { Thread } from "../thread.ts";
import { meaningOf } from "./act.ts";
import { WRONG_TIME, wrongTime } from "./busy.ts";
import type { Job, NewJob } from "./job.ts";
import { resourceOf, toJob } from "./job-row.ts";
import { addLook, type NewLook } from "./looks.ts";
import type { NewMessage } from "./message.ts";
import { putMessage } from "./outbox-rows.ts";
import { tellRepository } from "./repositories.ts";
import { deliveries, jobs } from "./schema.ts";

/** One verified delivery. */
export interface Delivery {
  /** Name of the forge's route. */
  readonly forge: string;
  readonly deliveryId: string;
  /** The event's name, for example `issue_comment`. */
  readonly event: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** The hook of its own that it came through (the last part of the path), if any. */
  readonly hook?: string | undefined;
  /** The repository that it tells of: if the forge knows it, it is watched from now on. */
  readonly seen?: RepositoryId | undefined;
  /** What it asks for; undefined when the bot does nothing with it. */
  readonly job?: NewJob | undefined;
  /** What it would ask for, were that not switched off: nor is it to be found and done later. */
  readonly passedOver?: NewJob | undefined;
  /** What has to be read from the forge to know what it asks for. */
  readonly look?: Omit<NewLook, "forge"> | undefined;
  /** What is said as soon as the job is admitted; pure, called inside the transaction. */
  readonly acknowledge?: (job: Job) => readonly NewMessage[];
}

export type Acceptance =
  | { readonly kind: "accepted"; readonly jobId: number | undefined }
  /** This delivery, or the same act in another delivery, was accepted before. */
  | { readonly kind: "repeated" };

/** `JobStore.accept` inside a transaction of the caller's. */
export function accept(tx: Tx, delivery: Delivery, now: number): Acceptance {
  const { forge, deliveryId, event, receivedAt, hook = null, seen, look } = delivery;
  const stored = tx
    .insert(deliveries)
    .values({ forge, deliveryId, event, receivedAt, hook })
    .onConflictDoNothing()
    .run();
  if (stored.changes === 0) return { kind: "repeated" };
  if (seen !== undefined) tellRepository(tx, { forge, repository: seen, seenAt: receivedAt }, now);
  if (look !== undefined) addLook(tx, { ...look, forge }, now);
  if (delivery.passedOver !== undefined) {
    const known = `${CATCH_UP}${meaningOf(delivery.passedOver)}`;
    tx.insert(deliveries)
      .values({ forge, deliveryId: known, event, receivedAt, hook })
      .onConflictDoNothing()
      .run();
  }
  if (delivery.job === undefined) return { kind: "accepted", jobId: undefined };
  const why = atWrongTime(tx, delivery.job);
  // Of what takes nothing back nobody ever asks again.
  if (why !== undefined && delivery.job.only === "busy")
    return { kind: "accepted", jobId: undefined };
  // Other labels, too, tell of themselves like that. The admission finds out which act it is: that one is over.
  const notes = why === undefined ? {} : { [WRONG_TIME]: why };
  const told = hook === null ? delivery.job : { ...delivery.job, hook };
  const meaning = meaningOf(told);
  const job = insert(tx, told, { meaning, state: "received", notes }, now);
  if (job === undefined) {
    if (hook !== null) vouch(tx, meaning, told);
    return { kind: "repeated" };
  }
  tx.update(deliveries)
    .set({ jobId: job.id })
    .where(and(eq(deliveries.forge, forge), eq(deliveries.deliveryId, deliveryId)))
    .run();
  const said = why === undefined ? delivery.acknowledge?.(job) : undefined;
  for (const message of said ?? []) {
    putMessage(tx, message, { jobId: job.id, held: true }, now);
  }
  return { kind: "accepted", jobId: job.id };
}

/** A hook of its own tells the same as another one did before: what it says is worth more. */
function vouch(tx: Tx, meaning: string, told: NewJob): void {
  const waiting = and(eq(jobs.meaning, meaning), eq(jobs.state, "received"));
  const row = tx.select({ act: jobs.act }).from(jobs).where(waiting).get();
  if (row === undefined) return;
  const act = { ...told, notBefore: row.act.notBefore ?? told.notBefore };
  tx.update(jobs).set({ act, actorId: told.actor.id }).where(waiting).run();
}

/** Of a pull request it is not known yet whose turns are meant: its own, or those of the issue that it is for. */
function atWrongTime(tx: Tx, job: NewJob): string | undefined {
  return job.isPullRequest ? undefined : wrongTime(tx, job);
}

/** What `JobStore.submit` may be told. */
export interface SubmitOptions {
  readonly thread?: Thread;
  readonly say?: (job: Job) => readonly NewMessage[];
  /** Only if the issue has no turn that runs or waits. @throws KugetsuError `conflict` */
  readonly alone?: boolean;
}

/** `JobStore.submit` inside a transaction of the caller's. */
export function submit(tx: Tx, newJob: NewJob, options: SubmitOptions, now: number): number {
  const { thread, say } = options;
  if (options.alone === true) assertAlone(tx, newJob.ref);
  const fields = { meaning: randomUUID(), state: "queued", thread, admittedAt: now } as const;
  const job = insert(tx, newJob, fields, now);
  if (job === undefined) throw new Error("A random meaning was there already");
  for (const message of say?.(job) ?? [])
    putMessage(tx, message, { jobId: job.id, held: false }, now);
  return job.id;
}

function assertAlone(tx: Tx, ref: string): void {
  const other = tx
    .select({ id: jobs.id, state: jobs.state })
    .from(jobs)
    .where(
      and(
        eq(jobs.ref, ref),
        inArray(jobs.state, ["running", "queued", "received"]),
        eq(jobs.lane, "dev"),
      ),
    )
    .orderBy(asc(jobs.id))
    .limit(1)
    .get();
  if (other === undefined) return;
  const does = other.state === "running" ? "runs" : "waits";
  throw new KugetsuError("conflict", `A turn of ${ref} ${does} already (job ${other.id}).`, {
    hint: `\`kugetsu logs ${ref} --follow\` shows it, \`kugetsu continue ${ref} MESSAGE\` gives a further order behind it, \`kugetsu stop ${ref} --all\` ends it.`,
  });
}

function insert(
  tx: Tx,
  job: NewJob,
  fields: {
    meaning: string;
    state: "received" | "queued";
    thread?: Thread | undefined;
    admittedAt?: number;
    notes?: Readonly<Record<string, unknown>>;
  },
  now: number,
): Job | undefined {
  const row = tx
    .insert(jobs)
    .values({
      notes: {},
      ...fields,
      forge: job.forge,
      ref: job.ref,
      repositoryId: job.repository.id,
      commentId: job.commentId,
      actorId: job.actor.id,
      lane: job.lane,
      verb: job.verb,
      resource: resourceOf(job),
      act: job,
      dueAt: now,
      createdAt: now,
    })
    .onConflictDoNothing()
    .returning()
    .get() as typeof jobs.$inferSelect | undefined;
  return row === undefined ? undefined : toJob(row);
}
