import { randomUUID } from "node:crypto";
import { and, asc, eq, inArray, lte, notExists, notInArray, or, sql } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import { isActUsed, keyOfWords } from "./act.ts";
import { WRONG_TIME, wrongTime } from "./busy.ts";
import type { Admission } from "./contract.ts";
import type { Job } from "./job.ts";
import { type JobRow, resourceOf, toJob } from "./job-row.ts";
import { dropHeld, putMessage, releaseHeld } from "./outbox-rows.ts";
import { earlierOfIssue } from "./earlier.ts";
import { tellIfPaused } from "./pause.ts";
import { jobs } from "./schema.ts";
import { jobsOf, type Server } from "./servers.ts";

/** Stands in the notes of a refused job: what the operator could do about it. */
export const HELP = "help";

/** A job to be admitted, and how often that was tried in vain; `faults`: not for an unavailable forge. */
export interface DueAdmission {
  readonly job: Job;
  readonly tries: number;
  readonly faults: number;
}

/** Which jobs may be admitted. */
export interface WhichReceived {
  /** One of these or none. */
  readonly only?: readonly number[] | undefined;
  /** None of these forges. */
  readonly except?: readonly string[];
  /** See ClaimRequest. */
  readonly servers?: readonly Server[] | undefined;
}

/** `JobStore.nextReceived` inside a transaction of the caller's. */
export function nextReceived(
  tx: Tx,
  busy: readonly number[],
  now: number,
  { only, except = [], servers }: WhichReceived,
): DueAdmission | undefined {
  // What is admitted out of order would run out of order. A quick one, `stop` above all, waits for nobody.
  const before = earlierOfIssue(tx, ["received"], servers);
  const row = tx
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.state, "received"),
        lte(jobs.dueAt, now),
        notInArray(jobs.id, [...busy]),
        notInArray(jobs.forge, [...except]),
        jobsOf(servers),
        only === undefined ? undefined : inArray(jobs.id, [...only]),
        or(eq(jobs.lane, "quick"), notExists(before)),
      ),
    )
    .orderBy(asc(jobs.id))
    .limit(1)
    .get();
  return row === undefined ? undefined : { job: toJob(row), tries: row.tries, faults: row.faults };
}

/** `JobStore.postpone` inside a transaction of the caller's. */
export function postpone(tx: Tx, jobId: number, dueAt: number, isFault: boolean): void {
  tx.update(jobs)
    .set({
      tries: sql`${jobs.tries} + 1`,
      faults: sql`${jobs.faults} + ${isFault ? 1 : 0}`,
      dueAt,
    })
    .where(and(eq(jobs.id, jobId), eq(jobs.state, "received")))
    .run();
}

/** `JobStore.settle` inside a transaction of the caller's. */
export function settle(tx: Tx, jobId: number, admission: Admission, now: number): Job | undefined {
  const waiting = and(eq(jobs.id, jobId), eq(jobs.state, "received"));
  const row = tx.select().from(jobs).where(waiting).get();
  if (row === undefined) return undefined;
  // A hook of its own told meanwhile who edited: it is admitted anew.
  const isVouchedFor = row.act.hook !== undefined;
  if (admission.kind === "refused" && admission.words === "edited" && isVouchedFor)
    return undefined;
  const { why, isOver = false } = whyDropped(tx, row, admission);
  const outcome: Admission = why === undefined ? admission : { kind: "dropped", why };
  if (outcome.kind === "queued") releaseHeld(tx, jobId, now);
  else dropHeld(tx, jobId);
  if (outcome.kind === "refused") {
    for (const message of outcome.say) putMessage(tx, message, { jobId, held: false }, now);
  }
  const settled = tx
    .update(jobs)
    .set({ ...change(row, outcome, now), ...(isOver ? { actKey: actOf(row, admission) } : {}) })
    .where(waiting)
    .returning()
    .get();
  if (settled.state === "queued") tellIfPaused(tx, settled, now);
  return toJob(settled);
}

function change(row: JobRow, outcome: Admission, now: number): Partial<JobRow> {
  if (outcome.kind === "queued") {
    const { thread } = outcome;
    const { ref = row.ref, isPullRequest = row.act.isPullRequest } = outcome;
    const { repository = row.act.repository } = outcome;
    return {
      state: "queued",
      thread: thread ?? null,
      admittedAt: now,
      actKey: actOf(row, outcome),
      ref,
      resource: resourceOf({ lane: row.lane, ref }) ?? null,
      act: { ...row.act, ref, isPullRequest, repository },
    };
  }
  if (outcome.kind === "refused") {
    const { words, help } = outcome;
    const notes = help === undefined ? row.notes : { ...row.notes, [HELP]: help };
    // A hook of its own may still tell who edited.
    const freed = words === "edited" && row.act.hook === undefined ? { meaning: randomUUID() } : {};
    return { state: "refused", words, notes, finishedAt: now, ...freed };
  }
  // What is denied today may be done and told tomorrow: whoever can sign can guess it before.
  const freed = outcome.denied === true ? { meaning: randomUUID() } : {};
  return { state: "dropped", words: outcome.why, finishedAt: now, ...freed };
}

function actOf(row: JobRow, admission: Admission): string {
  return (admission.kind === "dropped" ? undefined : admission.act) ?? keyOfWords(row.act);
}

/**
 * Why an order is not worked off that the admission does not drop itself: one act gives one order, a comment, for
 * example, one command, however often it is edited. `isOver`: its act gives none later either.
 */
function whyDropped(
  tx: Tx,
  row: JobRow,
  admission: Admission,
): { readonly why?: string | undefined; readonly isOver?: boolean } {
  const came = row.notes[WRONG_TIME];
  const early = typeof came === "string" ? came : undefined;
  // Nobody is told of a right that would not have helped.
  if (admission.kind === "refused")
    return { why: early, isOver: early !== undefined && admission.act !== undefined };
  if (admission.kind === "dropped") return {};
  const { sameAs = [], ref = row.ref, repository = row.act.repository } = admission;
  if (isActUsed(tx, row, [actOf(row, admission), ...sameAs]))
    return { why: "The same act was admitted before." };
  const { only, forge } = row.act;
  const why = early ?? wrongTime(tx, { only, ref, forge, repository }, row.id);
  return { why, isOver: why !== undefined };
}
