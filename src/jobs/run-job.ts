import { safeMessage } from "../kugetsu/errors.ts";
import type { Handle, JobOutcome, ReportEnd } from "./contract.ts";
import type { Job, JobEnd } from "./job.ts";
import type { JobStore } from "./job-store.ts";
import type { Log } from "../log.ts";
import type { NewMessage } from "./message.ts";
import { persist } from "./persist.ts";
import { stoppedBy } from "./end.ts";
import { isInterrupted, stopOf } from "./stop.ts";

interface RunJobOptions {
  readonly store: JobStore;
  readonly handle: Handle;
  readonly report: ReportEnd;
  readonly log: Log;
  readonly marker: string;
  /** Aborted when the process ends. */
  readonly closing: AbortSignal;
}

/** Runs one claimed job and stores its end. Never rejects. */
export async function runJob(job: Job, signal: AbortSignal, work: RunJobOptions): Promise<void> {
  const { store, log, marker, closing } = work;
  const end = await endOf(job, signal, work);
  const say = end.say ?? [];
  try {
    const isStored = await persist(
      async () =>
        end.state === "interrupted"
          ? store.interrupt(job.id, marker, say, work.report, end.waitMs)
          : store.finish(job.id, marker, { state: end.state, words: end.words }, say),
      log,
      closing,
    );
    if (!isStored)
      log.warn({ job: job.id, ref: job.ref }, "A job came to its end after its lease was lost");
  } catch (error) {
    log.error({ job: job.id, ref: job.ref, err: error }, "The end of a job could not be stored");
    // Without it the job would hold its issue until this process ends.
    const failed: JobEnd = { state: "failed", words: safeMessage(error) };
    await store.finish(job.id, marker, failed, []).catch(() => false);
  }
}

async function endOf(job: Job, signal: AbortSignal, work: RunJobOptions): Promise<JobOutcome> {
  try {
    const end = await work.handle(job, { signal, resumed: job.attempts > 1 });
    if (end.state !== "interrupted" || end.waitMs !== undefined || isInterrupted(signal))
      return end;
    throw new Error("A handler called itself interrupted without being so");
  } catch (error) {
    if (isInterrupted(signal)) return { state: "interrupted" };
    const stop = stopOf(signal);
    if (stop === undefined)
      work.log.error({ job: job.id, ref: job.ref, err: error }, "A handler failed");
    // With what the handler noted on its way.
    const noted = (await work.store.get(job.id).catch(() => undefined)) ?? job;
    const end: JobEnd =
      stop === undefined
        ? { state: "failed", words: safeMessage(error) }
        : stoppedBy(noted, stop.by ?? "somebody");
    return { ...end, say: lastWords(noted, end, work) };
  }
}

/** What is said of the end; nothing when that fails too. */
function lastWords(job: Job, end: JobEnd, work: RunJobOptions): readonly NewMessage[] {
  try {
    return work.report(job, end);
  } catch (error) {
    work.log.error({ job: job.id, ref: job.ref, err: error }, "The end of a job cannot be told");
    return [];
  }
}
