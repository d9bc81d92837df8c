import { setTimeout as delay } from "node:timers/promises";
import { type Lease, type LeaseStore, RENEW_MS } from "../kugetsu/db/leases.ts";
import type { Owner } from "../kugetsu/db/owner.ts";
import type { Admit, Handle, ReportEnd } from "./contract.ts";
import { createAdmissions } from "./run-admissions.ts";
import type { Caps } from "./claim.ts";
import type { Job } from "./job.ts";
import type { JobStore } from "./job-store.ts";
import { createForgeGates, type ForgeGates } from "./forge-slots.ts";
import type { Log } from "../log.ts";
import { createPump } from "./pump.ts";
import type { StopAnswer, StoppedJobs } from "./request-stop.ts";
import { runJob } from "./run-job.ts";
import type { Server } from "./servers.ts";
import { JobStop } from "./stop.ts";

/** Works off the queue: admits, claims, runs; once a day forgets what is old. Several processes may do so on one database. */
export interface Worker extends AsyncDisposable {
  /** Takes back what dead processes left, then begins. */
  start(): Promise<void>;
  /** A job was accepted or submitted. */
  wake(): void;
  /** Ends a waiting job, or aborts a running one, be it in another process. */
  stop(jobId: number, by: string): Promise<StopAnswer>;
  /** Aborts the running dev and pm jobs of that ref, and with `waiting` ends those that wait. */
  stopRef(ref: string, by: string, options?: { waiting?: boolean }): Promise<StoppedJobs>;
  /** Ids of the jobs that run in this process. */
  running(): readonly number[];
  /** Resolves with the job once it is over, wherever it runs; keeps the process alive until then. */
  finished(jobId: number): Promise<Job>;
  /**
   * Takes no new work, lets what runs go on for `graceMs`, then aborts it, to go on after the next start. Returns the
   * ids of the jobs that did not come back even so.
   */
  drain(options?: { graceMs?: number }): Promise<readonly number[]>;
}

export interface WorkerOptions {
  readonly store: JobStore;
  readonly leases: LeaseStore;
  readonly owner: Owner;
  readonly admit: Admit;
  readonly handle: Handle;
  readonly report: ReportEnd;
  /** Asked at every claim; zeros pause the lanes. */
  readonly caps: () => Caps | Promise<Caps>;
  /** The forges that are configured, asked each time: what is for any other waits. Default: nothing does. */
  readonly servers?: (() => Promise<readonly Server[]>) | undefined;
  readonly log: Log;
  /** How long `drain` lets turns go on, in milliseconds. */
  readonly graceMs: number;
  /** Ends what dead owners left behind, by their marker, before their work is taken up again. */
  readonly onDead?: (dead: readonly Lease[]) => Promise<void>;
  /** Shared with whatever else asks the forges. */
  readonly gates?: ForgeGates;
  /** Called once a day, when what is old is forgotten. */
  readonly onDay?: () => Promise<void>;
  /** Work off these jobs and no other; asked each time. */
  readonly only?: (() => readonly number[]) | undefined;
  /** How often the database is looked at unasked, in milliseconds. */
  readonly pollMs?: number;
  /** How often it is asked, while something runs here, whether another process wants it to end; in milliseconds. */
  readonly stopPollMs?: number;
  readonly now?: () => number;
  /** Between 0 and 1, for the jitter. */
  readonly random?: () => number;
}

interface Run {
  readonly job: Job;
  readonly controller: AbortController;
  readonly over: Promise<void>;
}

/** How long an aborted turn may take to return. */
const ABORT_MS = 15_000;
const DAY_MS = 24 * 60 * 60 * 1000;

export function createWorker(options: WorkerOptions): Worker {
  const {
    store,
    leases,
    owner,
    report,
    log,
    only,
    pollMs = 1_000,
    stopPollMs = 100,
    now = Date.now,
    random = Math.random,
  } = options;
  const runs = new Map<number, Run>();
  const waiters = new Map<number, PromiseWithResolvers<Job>>();
  const closing = new AbortController();
  let poll: NodeJS.Timeout | undefined;
  let stopPoll: NodeJS.Timeout | undefined;
  let upkeep: NodeJS.Timeout | undefined;
  let isDraining = false;
  let prunedAt = Number.NEGATIVE_INFINITY;

  const admissions = createAdmissions({
    store,
    admit: options.admit,
    report,
    log,
    now,
    random,
    gates: options.gates ?? createForgeGates(now),
    only,
    closing: closing.signal,
    onEnd: () => {
      pump.wake();
    },
  });

  const turn = async (): Promise<void> => {
    if (!isDraining) {
      const servers = await options.servers?.();
      await admissions.fill(servers);
      await claimAll(servers);
    }
    await abortWhatIsAsked();
    await tellWaiters();
    await pruneDaily();
    // A process without a server would end while its job waits.
    if (runs.size + waiters.size > 0) poll?.ref();
    else poll?.unref();
  };
  const pump = createPump(turn, (error) => {
    log.error({ err: error }, "The queue cannot be worked off");
  });

  // An error is told by the turn of the queue that follows within a second.
  const stopWatch = createPump(
    async () => abortWhatIsAsked(),
    () => undefined,
  );

  const claimAll = async (servers: readonly Server[] | undefined): Promise<void> => {
    for (;;) {
      if (isDraining) return;
      const job = await store.claim({ owner, caps: await options.caps(), only: only?.(), servers });
      if (job === undefined) return;
      begin(job);
    }
  };

  const begin = (job: Job): void => {
    const controller = new AbortController();
    const { handle } = options;
    const work = { store, handle, report, log, marker: owner.marker, closing: closing.signal };
    const over = runJob(job, controller.signal, work).finally(() => {
      runs.delete(job.id);
      if (runs.size === 0) {
        clearInterval(stopPoll);
        stopPoll = undefined;
      }
      pump.wake();
    });
    runs.set(job.id, { job, controller, over });
    stopPoll ??= setInterval(stopWatch.wake, stopPollMs).unref();
  };

  const abortWhatIsAsked = async (): Promise<void> => {
    const goingOn = [...runs.values()].filter(({ controller }) => !controller.signal.aborted);
    if (goingOn.length === 0) return;
    const stops = await store.stopsAsked(goingOn.map(({ job }) => job.id));
    const endsTurns = (await store.paused())?.endsTurns === true;
    for (const { job, controller } of goingOn) {
      const by = stops.get(job.id);
      if (by !== undefined) controller.abort(new JobStop("stop", by));
      else if (endsTurns && job.lane !== "quick") controller.abort(new JobStop("pause"));
    }
  };

  const tellWaiters = async (): Promise<void> => {
    for (const [id, waiter] of waiters) {
      const job = await store.get(id);
      if (job?.finishedAt === undefined) continue;
      waiters.delete(id);
      waiter.resolve(job);
    }
  };

  const pruneDaily = async (): Promise<void> => {
    if (only !== undefined || now() - prunedAt < DAY_MS) return;
    // Set first: a failure is tried again tomorrow, not at every wake.
    prunedAt = now();
    await store.prune();
    await options.onDay?.();
  };

  const recover = async (): Promise<void> => {
    const dead = await leases.dead();
    if (dead.length > 0) {
      await options.onDead?.(dead);
      await leases.reconcile(dead);
    }
    const { requeued, ended } = await store.recover(report);
    for (const job of requeued)
      log.warn({ job: job.id, ref: job.ref }, "A job was cut off and is taken up again");
    for (const job of ended)
      log.warn({ job: job.id, ref: job.ref, state: job.state }, "A job was cut off and is over");
  };

  const keepUp = async (): Promise<void> => {
    try {
      await leases.renew(owner.marker);
      if (!isDraining) await recover();
      pump.wake();
    } catch (error) {
      log.error({ err: error }, "Leases cannot be looked after");
    }
  };

  const stop = async (jobId: number, by: string): Promise<StopAnswer> => {
    const answer = await store.stop(jobId, by, report);
    if (answer === "stopping") runs.get(jobId)?.controller.abort(new JobStop("stop", by));
    pump.wake();
    return answer;
  };

  const drain = async (graceMs: number): Promise<readonly number[]> => {
    isDraining = true;
    await within(graceMs, allOver());
    for (const { controller } of runs.values()) controller.abort(new JobStop("shutdown"));
    await within(ABORT_MS, allOver());
    return [...runs.keys()];
  };

  const allOver = async (): Promise<void> => {
    await pump.busy();
    await Promise.all([...admissions.running(), ...[...runs.values()].map(({ over }) => over)]);
  };
  return {
    start: async () => {
      await recover();
      poll ??= setInterval(pump.wake, pollMs).unref();
      upkeep ??= setInterval(() => void keepUp(), RENEW_MS).unref();
      pump.wake();
    },
    wake: pump.wake,
    stop,
    stopRef: async (ref, by, { waiting = false } = {}) => {
      const stopped = await store.stopIssue(ref, { by, waiting, report });
      for (const id of stopped.running) runs.get(id)?.controller.abort(new JobStop("stop", by));
      pump.wake();
      return stopped;
    },
    running: () => [...runs.keys()],
    finished: async (jobId) => {
      const waiter = waiters.get(jobId) ?? Promise.withResolvers<Job>();
      waiters.set(jobId, waiter);
      poll?.ref();
      pump.wake();
      return waiter.promise;
    },
    drain: async ({ graceMs = options.graceMs } = {}) => drain(graceMs),
    [Symbol.asyncDispose]: async () => {
      await drain(0);
      clearInterval(poll);
      clearInterval(upkeep);
      clearInterval(stopPoll);
      stopWatch.close();
      pump.close();
      closing.abort();
      await Promise.all([pump.busy(), stopWatch.busy()]);
    },
  };
}

/** Waits for `work`, at most so long. */
async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([
    work,
    delay(timeoutMs, undefined, { signal: over.signal }).catch(() => undefined),
  ]);
  over.abort();
}
