import { onTestFinished } from "vitest";
import type { Database } from "../../src/kugetsu/db/database.ts";
import { createLeaseStore, type LeaseStore } from "../../src/kugetsu/db/leases.ts";
import { currentOwner, type Owner } from "../../src/kugetsu/db/owner.ts";
import type { Delivery } from "../../src/jobs/accept.ts";
import type { Job, NewJob } from "../../src/jobs/job.ts";
import { createJobStore, type JobStore } from "../../src/jobs/job-store.ts";
import type { Log } from "../../src/log.ts";
import type { NewMessage } from "../../src/jobs/message.ts";
import { createOutboxStore, type OutboxStore } from "../../src/jobs/outbox.ts";
import { temporaryDatabase } from "../kugetsu/db/open.ts";

export const THREAD = { title: "t", body: "b", author: { id: 1, login: "ann" }, comments: [] };
export const CAPS = { dev: 3, pm: 1 };

export interface Queue {
  readonly db: Database;
  readonly store: JobStore;
  readonly outbox: OutboxStore;
  readonly leases: LeaseStore;
  readonly owner: Owner;
  /** Milliseconds; moved by the test. */
  readonly clock: { now: number };
}

export const INTERVAL_MS = 60_000;

export function createQueue(file?: string, marker = "me"): Queue {
  const db = temporaryDatabase(file);
  const clock = { now: 1_000_000 };
  const now = (): number => clock.now;
  return {
    db,
    clock,
    store: createJobStore({ db, now }),
    outbox: createOutboxStore({ db, now, intervalMs: INTERVAL_MS }),
    leases: createLeaseStore(db, now),
    owner: currentOwner(marker),
  };
}

let comments = 0;

/** A job for a new comment of issue `number`. */
export function newJob(number: number, change: Partial<NewJob> = {}): NewJob {
  return {
    forge: "gitea",
    ref: `localhost:3000/ann/app#${number}`,
    repository: { id: 9, owner: "ann", name: "app" },
    issueNumber: number,
    isPullRequest: false,
    commentId: ++comments,
    action: "created",
    commentUpdatedAt: "2026-01-01T00:00:00Z",
    commentBody: "/kugetsu fix",
    issueTitle: "It breaks",
    issueBody: "Badly.",
    author: { id: 1, login: "ann" },
    actor: { id: 1, login: "ann" },
    lane: "dev",
    verb: "fix",
    word: "fix",
    message: "",
    context: "",
    ...change,
  };
}

let deliveryIds = 0;

export function newDelivery(job: NewJob | undefined, change: Partial<Delivery> = {}): Delivery {
  return {
    forge: "gitea",
    deliveryId: `delivery-${++deliveryIds}`,
    event: "issue_comment",
    receivedAt: 1_000_000,
    job,
    acknowledge: (stored) => [status(stored, "Queued.")],
    ...change,
  };
}

export function status(job: Job, body: string, urgent = true): NewMessage {
  const target = { owner: "ann", name: "app", number: job.issueNumber };
  return { key: `status:${job.id}`, forge: job.forge, kind: "status", target, body, urgent };
}

/** Accepts a job and returns its id. */
export async function accepted(store: JobStore, job: NewJob): Promise<number> {
  const acceptance = await store.accept(newDelivery(job));
  if (acceptance.kind !== "accepted" || acceptance.jobId === undefined)
    throw new Error("not accepted");
  return acceptance.jobId;
}

/** Accepts and admits a job and returns its id. */
export async function queued(store: JobStore, job: NewJob): Promise<number> {
  const id = await accepted(store, job);
  await store.settle(id, { kind: "queued", thread: job.lane === "quick" ? undefined : THREAD });
  return id;
}

export interface Line {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: object;
}

/** A log that keeps its lines. */
export function keptLog(): Log & { readonly lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: Line["level"]) => (fields: object, message: string) => {
    lines.push({ level, message, fields });
  };
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Disposes of it after the test, before the database is closed. */
export function disposing<T extends AsyncDisposable>(resource: T): T {
  onTestFinished(async () => {
    await resource[Symbol.asyncDispose]();
  });
  return resource;
}

/** The job, which must be there. */
export async function existing(store: JobStore, id: number): Promise<Job> {
  const job = await store.get(id);
  if (job === undefined) throw new Error(`no job ${id}`);
  return job;
}
