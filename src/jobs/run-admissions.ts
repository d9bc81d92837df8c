import { KugetsuError, safeMessage } from "../kugetsu/errors.ts";
import type { Admit, ReportEnd } from "./contract.ts";
import type { DueAdmission } from "./settle.ts";
import { backoff } from "./backoff.ts";
import { type ForgeGates, ForgeSlots, leftAloneUntil } from "./forge-slots.ts";
import type { JobEnd } from "./job.ts";
import type { JobStore } from "./job-store.ts";
import type { Log } from "../log.ts";
import type { Server } from "./servers.ts";
import { persist } from "./persist.ts";

export interface AdmissionsOptions {
  readonly store: JobStore;
  readonly admit: Admit;
  readonly report: ReportEnd;
  readonly log: Log;
  readonly now: () => number;
  readonly random: () => number;
  readonly gates: ForgeGates;
  readonly only: (() => readonly number[]) | undefined;
  /** Aborted when the process ends. */
  readonly closing: AbortSignal;
  /** One is over: there may be more to do. */
  readonly onEnd: () => void;
}

const SIDE_BY_SIDE = 4;
/** Tries of an admission that fails for another reason than an unavailable forge. */
const MAX_FAULTS = 3;

/** Runs admissions, of each forge several side by side, those of one issue in order. */
export function createAdmissions(options: AdmissionsOptions) {
  const { store, report, log, now, random, only, closing } = options;
  const busy = new Map<number, Promise<void>>();
  const slots = new ForgeSlots(() => SIDE_BY_SIDE, options.gates);

  const run = async ({ job, tries, faults }: DueAdmission): Promise<void> => {
    try {
      const admission = await options.admit(job, { tries });
      const settled = await persist(() => store.settle(job.id, admission), log, closing);
      if (settled?.state === "dropped")
        log.info({ job: job.id, why: settled.words }, "A job is dropped");
    } catch (error) {
      const known = error instanceof KugetsuError ? error : undefined;
      const until = leftAloneUntil(error, now());
      if (until !== undefined) options.gates.close(job.forge, until);
      const isUnavailable = known?.code === "unavailable";
      const dueAt = now() + Math.max(backoff(tries + 1, random()), known?.retryAfterMs ?? 0);
      // Counted first: whatever else goes wrong, the job is not tried again at once and for ever.
      await persist(() => store.postpone(job.id, dueAt, !isUnavailable), log, closing);
      if (isUnavailable || faults + 1 < MAX_FAULTS) {
        const level = known?.needsOperator === true ? "error" : "warn";
        log[level](
          { job: job.id, tries: tries + 1, err: error },
          "A job could not be admitted yet",
        );
        return;
      }
      log.error({ job: job.id, err: error }, "A job cannot be admitted");
      const end: JobEnd = { state: "failed", words: safeMessage(error) };
      await persist(() => store.finish(job.id, undefined, end, report(job, end)), log, closing);
    }
  };
  return {
    /** Begins what is due and has room. */
    fill: async (servers: readonly Server[] | undefined): Promise<void> => {
      for (;;) {
        const which = { only: only?.(), except: slots.full(), servers };
        const received = await store.nextReceived([...busy.keys()], which);
        if (received === undefined) return;
        const { id, forge } = received.job;
        slots.take(forge);
        const admission = run(received)
          .catch((error: unknown) => {
            log.error({ job: id, err: error }, "The outcome of an admission could not be stored");
          })
          .finally(() => {
            busy.delete(id);
            slots.free(forge);
            options.onEnd();
          });
        busy.set(id, admission);
      }
    },
    running: () => [...busy.values()],
  };
}
