import { setTimeout as delay } from "node:timers/promises";
import type { Job } from "../jobs/job.ts";
import type { JobStore } from "../jobs/job-store.ts";
import type { LeaseStore } from "../kugetsu/db/leases.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { TurnLogEntry } from "../turn-log/entry.ts";
import { turnLogPath } from "../turn-log/path.ts";
import { openTurnLogReader } from "../turn-log/read.ts";
import { whyItWaits } from "./waiting.ts";

/** What is new of an order: why it waits, or an entry of its turn's log. */
export type OrderNews =
  | { readonly kind: "waits"; readonly why: string }
  | { readonly kind: "entry"; readonly entry: TurnLogEntry };

const EVERY_MS = 100;

/**
 * Tells all that happens with an order, wherever it is worked off, and returns the job once it is over.
 * @throws the signal's reason when it is aborted; KugetsuError `not_found` for a job that is not there
 */
export async function* followOrder(options: {
  readonly store: JobStore;
  /** The home's `logs`. */
  readonly logs: string;
  readonly job: number;
  /** Tells who else is in the session that the order waits for. */
  readonly leases?: LeaseStore;
  readonly signal?: AbortSignal;
}): AsyncGenerator<OrderNews, Job> {
  const { store, job, signal } = options;
  await using log = openTurnLogReader(turnLogPath(options.logs, job));
  let said = "";
  for (;;) {
    signal?.throwIfAborted();
    const state = await store.stateOf(job);
    if (state === undefined) throw new KugetsuError("not_found", `There is no job ${job}.`);
    // The state first: what was written before the end is read after it.
    for await (const entry of log.more()) yield { kind: "entry", entry };
    if (!isUnderWay(state)) break;
    const why = state === "running" ? "" : await whyItWaits(store, job, options.leases);
    if (why !== said && why !== "") yield { kind: "waits", why };
    said = why;
    await delay(EVERY_MS, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
  const over = await store.get(job);
  if (over === undefined) throw new KugetsuError("not_found", `There is no job ${job}.`);
  return over;
}

/** Hands on all that is new of an order, and returns the job once it is over. @throws as `followOrder` */
export async function followWith(
  news: AsyncGenerator<OrderNews, Job>,
  show: (news: OrderNews) => void,
): Promise<Job> {
  let next = await news.next();
  for (; next.done !== true; next = await news.next()) show(next.value);
  return next.value;
}

function isUnderWay(state: Job["state"]): boolean {
  return state === "received" || state === "queued" || state === "running";
}
