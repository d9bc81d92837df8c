import { createHash, randomUUID } from "node:crypto";
import { and, asc, eq, inArray } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { Thread } from "../thread.ts";
import type { Job, NewJob } from "./job.ts";
import { resourceOf, toJob } from "./job-row.ts";
import type { NewMessage } from "./message.ts";
import { putMessage } from "./outbox-rows.ts";
import { deliveries, jobs } from "./schema.ts";

/** One verified delivery. */
export interface Delivery {
  /** Name of the forge's route. */
  readonly forge: string;
  /** The hook of its own that it came through, if any. */
  readonly hook?: string | undefined;
  readonly deliveryId: string;
  /** The event's name, for example `issue_comment`. */
  readonly event: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** What it asks for; undefined when the bot does nothing with it. */
  readonly job?: NewJob | undefined;
  /** What is said as soon as the job is admitted; pure, called inside the transaction. */
  readonly acknowledge?: (job: Job) => readonly NewMessage[];
}

export type Acceptance =
  | { readonly kind: "accepted"; readonly jobId: number | undefined }
  /** This delivery, or the same act in another delivery, was accepted before. */
  | { readonly kind: "repeated" };

/** `JobStore.accept` inside a transaction of the caller's. */
export function accept(tx: Tx, delivery: Delivery, now: number): Acceptance {
  const { forge, hook, deliveryId, event, receivedAt } = delivery;
  const stored = tx
    .insert(deliveries)
    .values({ forge, deliveryId, event, receivedAt, hook })
    .onConflictDoNothing()
    .run();
  if (stored.changes === 0) return { kind: "repeated" };
  if (delivery.job === undefined) return { kind: "accepted", jobId: undefined };
  const job = insert(
    tx,
    delivery.job,
    { meaning: meaningOf(delivery.job), state: "received" },
    now,
  );
  if (job === undefined) return { kind: "repeated" };
  tx.update(deliveries)
    .set({ jobId: job.id })
    .where(and(eq(deliveries.forge, forge), eq(deliveries.deliveryId, deliveryId)))
    .run();
  for (const message of delivery.acknowledge?.(job) ?? []) {
    putMessage(tx, message, { jobId: job.id, held: true }, now);
  }
  return { kind: "accepted", jobId: job.id };
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
  },
  now: number,
): Job | undefined {
  const row = tx
    .insert(jobs)
    .values({
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
      notes: {},
      dueAt: now,
      createdAt: now,
    })
    .onConflictDoNothing()
    .returning()
    .get() as typeof jobs.$inferSelect | undefined;
  return row === undefined ? undefined : toJob(row);
}

/** The words belong to it: a comment may be written and edited within the one second that forges tell. */
function meaningOf(job: NewJob): string {
  const act = [
    job.forge,
    job.repository.id,
    job.commentId,
    job.action,
    job.commentUpdatedAt,
    job.commentBody,
  ];
  return createHash("sha256").update(JSON.stringify(act)).digest("hex");
}
