import { setTimeout as delay } from "node:timers/promises";
import type { RunningJob } from "../jobs/request-stop.ts";
import type { OpenQueue } from "./open-queue.ts";
import { isHeld, livingLeases, serverOf } from "./served.ts";

/** What became of running jobs whose end was asked for, by id. */
export interface WaitedFor {
  /** They still run; somebody is there who will end them. */
  readonly late: readonly number[];
  /** Their process is dead and no server runs: the next one takes them up. */
  readonly abandoned: readonly number[];
}

/** A worker gives an aborted turn as long. */
const LONGEST_MS = 15_000;
const EVERY_MS = 50;

/** Waits until none of these jobs runs any more, or nobody is there who could end them; 15 seconds at most. */
export async function untilOver(
  { store, leases }: OpenQueue,
  jobIds: readonly number[],
): Promise<WaitedFor> {
  const deadline = performance.now() + LONGEST_MS;
  for (;;) {
    const running = await store.stillRunning(jobIds);
    const living = running.length === 0 ? [] : await livingLeases(leases);
    // A server takes up what dead processes left.
    const isAttended = (job: RunningJob) => isHeld(job, living) || serverOf(living) !== undefined;
    const late = running.filter(isAttended).map(({ id }) => id);
    if (late.length === 0 || performance.now() > deadline) {
      const abandoned = running.map(({ id }) => id).filter((id) => !late.includes(id));
      return { late, abandoned };
    }
    await delay(EVERY_MS);
  }
}
