import type { Forge } from "../forge/forge.ts";
import type { Handle } from "../jobs/contract.ts";
import { statusMessage } from "../jobs/acknowledge.ts";
import { type Job, NO_FORGE } from "../jobs/job.ts";
import type { JobStore } from "../jobs/job-store.ts";
import type { Log } from "../log.ts";
import type { NewMessage } from "../jobs/message.ts";
import { isSilent } from "../jobs/silent.ts";
import { isInterrupted, stopOf } from "../jobs/stop.ts";
import type { Kugetsu } from "../kugetsu/kugetsu.ts";
import { statusForgeWaits, statusInterrupted, statusQueued } from "../reply.ts";
import type { TurnLog } from "../turn-log/write.ts";
import type { HandlerEnd, QueueView, Work, WorkSettings } from "./handler.ts";
import { HANDLERS } from "./handlers.ts";
import { Later, waitsOf } from "./later.ts";
import { wordsOf } from "./report-end.ts";
import { handleWithoutForge } from "./without-forge.ts";

export interface RunOptions {
  readonly forge: (name: string) => Forge;
  readonly kugetsu: Kugetsu;
  readonly store: JobStore;
  readonly queue: QueueView;
  readonly settings: WorkSettings;
  readonly log: Log;
  /** Takes every secret out of a text: what is stored, posted or opened goes through it. */
  readonly mask: (text: string) => string;
  /** Puts a message into the outbox. */
  readonly say: (jobId: number, message: NewMessage) => Promise<void>;
  /** Opens the log of a job's turn. */
  readonly turnLog: (jobId: number) => TurnLog;
  /** Gives the PM agent of a job its `kugetsu`. */
  readonly pmClient?: (job: Job, directory: string) => Promise<AsyncDisposable>;
}

/** Gives a job to its verb's handler, and turns the handler's end into what is said. */
export function createHandle(options: RunOptions): Handle {
  const { kugetsu, store, queue, log, mask, pmClient } = options;
  return async (job, { signal, resumed }) => {
    const begun = Date.now();
    const about = { job: job.id, ref: job.ref, verb: job.verb ?? job.word, actor: job.actor.login };
    log.info({ ...about, attempt: job.attempts }, "A job begins.");
    await using turnLog = job.lane === "quick" ? undefined : options.turnLog(job.id);
    const verb = job.verb ?? job.word;
    const { message, ref, attempts } = job;
    turnLog?.write({ kind: "begin", ref, verb, attempt: attempts, message });
    const attempted = attempt(options, {
      job,
      kugetsu,
      signal,
      // A job that was cut off before its agent began has nothing to be resumed.
      resumed: resumed && job.notes["began"] === true,
      settings: options.settings,
      queue,
      log,
      mask,
      say: async (text, urgency) => {
        if (isSilent(job)) return;
        await options.say(job.id, statusMessage(job, mask(text), urgency === "urgent"));
      },
      note: (notes) => store.note(job.id, masked(notes, mask)),
      onActivity: (activity) => turnLog?.activity(activity),
      pmClient: pmClient && ((directory) => pmClient(job, directory)),
    });
    attempted.catch(() => turnLog?.write({ kind: "end", state: "failed" }));
    const end = await attempted;
    if (end instanceof Later) {
      turnLog?.write({ kind: "end", state: "interrupted" });
      await store.note(job.id, { waits: waitsOf(job) + 1 });
      const { waitMs } = end;
      log.warn({ ...about, waitMs }, "A finished turn waits for its forge, which asks for it.");
      const say = isSilent(job) ? [] : [statusMessage(job, statusForgeWaits(waitMs), true)];
      return { state: "interrupted", waitMs, say };
    }
    turnLog?.write({ kind: "end", state: stateOf(end, signal) });
    if (end === undefined || isCutOff(end, signal)) {
      log.info({ ...about, ms: Date.now() - begun }, "A job is put back and goes on later.");
      return {
        state: "interrupted",
        say: isSilent(job) ? [] : [statusMessage(job, interruptedWords(job, signal), true)],
      };
    }
    const words = mask(end.words);
    if (job.origin !== undefined && end.result !== undefined)
      await store.note(job.id, masked({ result: end.result }, mask));
    // The first line of what people read says why it failed.
    const said = end.state === "done" ? {} : { words: words.split("\n")[0]?.slice(0, 300) };
    log.info({ ...about, state: end.state, ms: Date.now() - begun, ...said }, "A job is over.");
    // Who stops a turn knows that it is over.
    const tell = stopOf(signal)?.by === job.actor.login ? undefined : end.tell;
    return { state: end.state, words, say: wordsOf(job, { ...end, words, tell }) };
  };
}

function isCutOff(end: HandlerEnd, signal: AbortSignal): boolean {
  return end.wasCutOff === true && isInterrupted(signal);
}

function stateOf(end: HandlerEnd | undefined, signal: AbortSignal) {
  return end === undefined || isCutOff(end, signal) ? "interrupted" : end.state;
}

/** The handler's end, or that it waits for its forge; undefined where it threw since it was interrupted. */
async function attempt(
  { forge: forgeOf }: Pick<RunOptions, "forge">,
  work: Work,
): Promise<HandlerEnd | Later | undefined> {
  const { job } = work;
  try {
    if (job.forge === NO_FORGE) return await handleWithoutForge(work);
    return await HANDLERS[job.verb ?? "help"]({ ...work, forge: forgeOf(job.forge) });
  } catch (error) {
    if (isInterrupted(work.signal)) return undefined;
    if (error instanceof Later && !work.signal.aborted) return error;
    throw error;
  }
}

function interruptedWords(job: Job, signal: AbortSignal): string {
  // Of a pause, the queue itself says how long it lasts.
  return stopOf(signal)?.kind === "shutdown"
    ? statusInterrupted()
    : statusQueued({ verb: job.verb ?? "help", begun: true });
}

function masked(
  notes: Record<string, unknown>,
  mask: (text: string) => string,
): Record<string, unknown> {
  return JSON.parse(mask(JSON.stringify(notes))) as Record<string, unknown>;
}
