import { and, count, desc, eq, gte, inArray, ne, or, sql } from "drizzle-orm";
import type { Database, Tx } from "../kugetsu/db/database.ts";
import { sessions } from "../kugetsu/db/schema.ts";
import { accept, type Acceptance, type Delivery, submit, type SubmitOptions } from "./accept.ts";
import type { Admission, ReportEnd } from "./contract.ts";
import { nextReceived, postpone, type DueAdmission, settle } from "./settle.ts";
import { claim, type ClaimRequest } from "./claim.ts";
import { finish, interrupt, recover, type Recovery } from "./end.ts";
import type { Job, JobEnd, JobState, JobSummary, Lane, NewJob } from "./job.ts";
import { SUMMARY, toJob, toSummary } from "./job-row.ts";
import type { NewMessage } from "./message.ts";
import { pause, type Pause, pauseInForce, resume } from "./pause.ts";
import { prune } from "./prune.ts";
import {
  requestStop,
  type RunningJob,
  stillRunning,
  stopIssue,
  stopsAsked,
  type StopAnswer,
  type StoppedJobs,
  type StopRequest,
} from "./request-stop.ts";
import { jobs } from "./schema.ts";

/** The durable queue. All times are milliseconds since the epoch. */
export interface JobStore {
  /**
   * Stores a delivery, its job and the held acknowledgement, and what else it brings, in one transaction: on the disk
   * when it resolves.
   * @throws KugetsuError `unavailable` when it cannot be stored
   */
  accept(delivery: Delivery): Promise<Acceptance>;
  /**
   * Queues a job that needs no admission, and returns its id.
   * @throws KugetsuError `conflict` when it is to be alone, and the issue has a turn that runs or waits
   */
  submit(job: NewJob, options?: SubmitOptions): Promise<number>;
  get(id: number): Promise<Job | undefined>;
  /** The ref as a session or a job has it that differs from this one in nothing but case; else this one. */
  spelled(ref: string): Promise<string>;
  /** How many jobs a PM agent has asked for in that turn. */
  countChildren(parent: number): Promise<number>;
  /** Its state alone, which costs little. */
  stateOf(id: number): Promise<JobState | undefined>;
  /** Newest first; the newest 1000 unless `limit` says otherwise. */
  list(filter?: JobFilter): Promise<JobSummary[]>;
  /** How many dev and pm jobs of that person were admitted at or after `since`; `except` is a job's id. */
  countTurns(query: {
    forge: string;
    actorId: number;
    since: number;
    except?: number;
  }): Promise<number>;

  /**
   * The oldest job whose admission is due, out of order for quick ones; those in `busy` are being admitted now. None of
   * the forges in `except`; with `only`, one of those.
   */
  nextReceived(
    busy: readonly number[],
    which?: { readonly only?: readonly number[] | undefined; readonly except?: readonly string[] },
  ): Promise<DueAdmission | undefined>;
  /** Carries out an admission. Returns the job as it is now, or undefined when it was no longer `received`. */
  settle(jobId: number, admission: Admission): Promise<Job | undefined>;
  /** Counts a failed try of the admission; the next one is due at `dueAt`. `isFault`: the forge was available. */
  postpone(jobId: number, dueAt: number, isFault: boolean): Promise<void>;
  /** Starts the oldest job that may run now under a new lease; undefined when there is none. Quick ones alone while paused. */
  claim(request: ClaimRequest): Promise<Job | undefined>;

  /** Adds to the job's notes; a note named again is replaced. */
  note(jobId: number, notes: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Ends a received or running job: final state, lease released, last words into the outbox, in one transaction.
   * `marker`: the lease under which it ran, undefined for a job that was never claimed.
   * Returns false when it is not (any more) the caller's to end.
   */
  finish(
    jobId: number,
    marker: string | undefined,
    end: JobEnd,
    say: readonly NewMessage[],
  ): Promise<boolean>;
  /**
   * Puts a running job back into its place, to go on after a restart or a pause; costs it no resume. One that somebody
   * stopped meanwhile is over.
   */
  interrupt(
    jobId: number,
    marker: string,
    say: readonly NewMessage[],
    report: ReportEnd,
  ): Promise<boolean>;
  /** Running jobs whose lease is gone: queued again once, then failed. Call after the leases are reconciled. */
  recover(report: ReportEnd): Promise<Recovery>;
  /** Ends a waiting job, or asks for the end of a running one, wherever it runs. */
  stop(jobId: number, by: string, report: ReportEnd): Promise<StopAnswer>;
  /** The same for the dev and pm jobs of an issue, all at one moment. */
  stopIssue(ref: string, request: StopRequest): Promise<StoppedJobs>;
  /** Of these running jobs those whose end was asked for, with who asked. */
  stopsAsked(jobIds: readonly number[]): Promise<ReadonlyMap<number, string>>;
  /** Of these jobs those that run, be it in a process that is dead. */
  stillRunning(jobIds: readonly number[]): Promise<RunningJob[]>;

  /**
   * No dev or pm job is claimed from now on, in any process, until `resume`; what waits says so. With `endsTurns`
   * those that run are put back, too, by their workers. `already`: it was paused before, since `pausedAt`.
   */
  pause(how: { endsTurns: boolean }): Promise<{ pausedAt: number; already: boolean }>;
  /** Ends the pause and returns it; undefined when there was none. */
  resume(): Promise<Pause | undefined>;
  /** The pause that is in force. */
  paused(): Promise<Pause | undefined>;

  /**
   * Forgets what is over since 30 days: deliveries, messages, jobs that were never admitted, and of the others all
   * texts but the order's own, which `retry` repeats. Their rows stay, so that no act is ever worked off twice.
   */
  prune(): Promise<void>;
}

const TURN_VERBS = ["fix", "continue", "retry", "delegate"] as const;

export interface JobFilter {
  readonly ref?: string;
  readonly states?: readonly JobState[];
  readonly lanes?: readonly Lane[];
  readonly limit?: number;
}

export interface JobStoreOptions {
  readonly db: Database;
  readonly now?: () => number;
  /** Called after a commit that put something into the outbox: wake the sender. */
  readonly onOutbox?: () => void;
}

export function createJobStore({ db, now = Date.now, onOutbox }: JobStoreOptions): JobStore {
  const speaking = <T>(result: T): T => {
    onOutbox?.();
    return result;
  };
  return {
    accept: async (delivery) => db.write((tx) => accept(tx, delivery, now())),
    submit: async (job, options = {}) =>
      speaking(db.write((tx) => submit(tx, job, options, now()))),
    get: async (id) => {
      const row = db.orm.select().from(jobs).where(eq(jobs.id, id)).get();
      return row === undefined ? undefined : toJob(row);
    },
    spelled: async (ref) => spelled(db.orm, ref),
    countChildren: async (parent) =>
      db.orm
        .select({ count: count() })
        .from(jobs)
        .where(eq(sql`json_extract(${jobs.act}, '$.parent')`, parent))
        .get()?.count ?? 0,
    stateOf: async (id) =>
      db.orm.select({ state: jobs.state }).from(jobs).where(eq(jobs.id, id)).get()?.state,
    list: async ({ ref, states, lanes, limit = 1_000 } = {}) =>
      db.orm
        .select(SUMMARY)
        .from(jobs)
        .where(
          and(
            ref === undefined ? undefined : eq(jobs.ref, ref),
            states === undefined ? undefined : inArray(jobs.state, [...states]),
            lanes === undefined ? undefined : inArray(jobs.lane, [...lanes]),
          ),
        )
        .orderBy(desc(jobs.id))
        .limit(limit)
        .all()
        .map(toSummary),
    countTurns: async ({ forge, actorId, since, except }) => {
      const turns = and(
        eq(jobs.forge, forge),
        eq(jobs.actorId, actorId),
        gte(jobs.admittedAt, since),
        inArray(jobs.verb, [...TURN_VERBS]),
        // What was answered without an agent, or taken back before it began, was no turn.
        or(
          inArray(jobs.state, ["queued", "running"]),
          sql`json_extract(${jobs.notes}, '$.began') = 1`,
        ),
        except === undefined ? undefined : ne(jobs.id, except),
      );
      return db.orm.select({ turns: count() }).from(jobs).where(turns).get()?.turns ?? 0;
    },
    nextReceived: async (busy, which = {}) => nextReceived(db.orm, busy, now(), which),
    settle: async (jobId, admission) =>
      speaking(db.write((tx) => settle(tx, jobId, admission, now()))),
    postpone: async (jobId, dueAt, isFault) => {
      db.write((tx) => postpone(tx, jobId, dueAt, isFault));
    },
    claim: async (request) => db.write((tx) => claim(tx, request, now())),
    note: async (jobId, notes) => {
      db.write((tx) => note(tx, jobId, notes));
    },
    finish: async (jobId, marker, end, say) =>
      speaking(db.write((tx) => finish(tx, { jobId, marker, end, say }, now()))),
    interrupt: async (jobId, marker, say, report) =>
      speaking(db.write((tx) => interrupt(tx, { jobId, marker, say, report }, now()))),
    recover: async (report) => speaking(db.write((tx) => recover(tx, report, now()))),
    stop: async (jobId, by, report) =>
      speaking(db.write((tx) => requestStop(tx, { jobId, by, report }, now()))),
    stopIssue: async (ref, request) =>
      speaking(db.write((tx) => stopIssue(tx, ref, request, now()))),
    stopsAsked: async (jobIds) => stopsAsked(db.orm, jobIds),
    stillRunning: async (jobIds) => stillRunning(db.orm, jobIds),
    pause: async (how) => speaking(db.write((tx) => pause(tx, how, now()))),
    resume: async () => speaking(db.write((tx) => resume(tx, now()))),
    paused: async () => pauseInForce(db.orm),
    prune: async () => {
      db.write((tx) => prune(tx, now()));
    },
  };
}

function note(tx: Tx, jobId: number, notes: Readonly<Record<string, unknown>>): void {
  const row = tx.select({ notes: jobs.notes }).from(jobs).where(eq(jobs.id, jobId)).get();
  tx.update(jobs)
    .set({ notes: { ...row?.notes, ...notes } })
    .where(eq(jobs.id, jobId))
    .run();
}

function spelled(tx: Tx, ref: string): string {
  const low = ref.toLowerCase();
  const known = [
    ...tx
      .select({ ref: sessions.ref })
      .from(sessions)
      .where(eq(sql`lower(${sessions.ref})`, low))
      .all(),
    ...tx
      .select({ ref: jobs.ref })
      .from(jobs)
      .where(eq(sql`lower(${jobs.ref})`, low))
      .orderBy(desc(jobs.id))
      .limit(1)
      .all(),
  ].map((row) => row.ref);
  return known.includes(ref) ? ref : (known[0] ?? ref);
}
