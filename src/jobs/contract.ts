// What the queue asks of whoever uses it: an admission, a handler, and words for an end.
import type { RepositoryId } from "../forge/event.ts";
import type { Thread } from "../thread.ts";
import type { Job, JobEnd } from "./job.ts";
import type { NewMessage } from "./message.ts";

/** What the forge said about the act and the actor's right. */
export type Admission =
  | {
      readonly kind: "queued";
      /** undefined where no agent will read it. */
      readonly thread: Thread | undefined;
      /** The issue ref whose session it belongs to, where that is not the thread's own. */
      readonly ref?: string;
      /** As the forge says; undefined: as the delivery said. */
      readonly isPullRequest?: boolean;
      readonly repository?: RepositoryId;
      /** What gave the order, as the forge's own id names it; default: the comment. One act gives one order. */
      readonly act?: string | undefined;
      /** Acts that are one with it: where one of them gave an order, it gives none. */
      readonly sameAs?: readonly string[] | undefined;
    }
  /** The actor may not; `say` takes the place of the acknowledgement. */
  | {
      readonly kind: "refused";
      readonly words: string;
      readonly say: readonly NewMessage[];
      /** See that of `queued`. */
      readonly act?: string | undefined;
      /** What the operator could do about it. */
      readonly help?: string | undefined;
    }
  /**
   * Nobody is told, `why` is for the log. `denied`: the forge does not confirm the act. Whoever told of it may have made
   * it up, so that the same told again is looked at anew.
   */
  | { readonly kind: "dropped"; readonly why: string; readonly denied?: boolean };

/**
 * Reads the act again from the forge. May run more than once for a job and must change nothing of it.
 * `tries`: how often that was in vain, 0 when left out.
 * @throws KugetsuError `unavailable`: tried again until it answers; anything else: a few times
 */
export type Admit = (job: Job, before?: { readonly tries: number }) => Promise<Admission>;

/**
 * How a handler ended. `interrupted` (by a shutdown's or a pause's abort): the job goes on after that; with `waitMs` it
 * put itself back, and goes on after so many milliseconds.
 */
export type JobOutcome =
  | (JobEnd & { readonly say?: readonly NewMessage[] })
  | {
      readonly state: "interrupted";
      readonly waitMs?: number;
      readonly say?: readonly NewMessage[];
    };

/** Runs one job under its lease. A throw ends the job as `failed` with the error's safe words. */
export type Handle = (
  job: Job,
  run: {
    /** Its reason is a JobStop. */
    readonly signal: AbortSignal;
    /** An earlier attempt was cut off: see `job.notes` for how far it came. */
    readonly resumed: boolean;
  },
) => Promise<JobOutcome>;

/** What is said of an end, however it came about (handler, crash, stop of a waiting job); pure. */
export type ReportEnd = (job: Job, end: JobEnd) => readonly NewMessage[];
