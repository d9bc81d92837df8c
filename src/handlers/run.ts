import type { Forge } from "../forge/forge.ts";
import type { Handle } from "../jobs/contract.ts";
import { statusMessage } from "../jobs/acknowledge.ts";
import type { Job } from "../jobs/job.ts";
import type { JobStore } from "../jobs/job-store.ts";
import type { Log } from "../log.ts";
import type { NewMessage } from "../jobs/message.ts";
import { isInterrupted, stopOf } from "../jobs/stop.ts";
import type { Kugetsu } from "../kugetsu/kugetsu.ts";
import { statusInterrupted, statusQueued } from "../reply.ts";
import type { Handler, HandlerEnd, QueueView, Work, WorkSettings } from "./handler.ts";
import { HANDLERS } from "./handlers.ts";
import { wordsOf } from "./report-end.ts";

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
}

/** Gives a job to its verb's handler, and turns the handler's end into what is said. */
export function createHandle(options: RunOptions): Handle {
  const { kugetsu, store, queue, log, mask } = options;
  return async (job, { signal, resumed }) => {
    const handler = HANDLERS[job.verb ?? "help"];
    const forge = options.forge(job.forge);
    const begun = Date.now();
    const about = { job: job.id, ref: job.ref, verb: job.verb ?? job.word, actor: job.actor.login };
    log.info({ ...about, attempt: job.attempts }, "A job begins.");
    const end = await attempt(handler, {
      job,
      forge,
      kugetsu,
      signal,
      // A job that was cut off before its agent began has nothing to be resumed.
      resumed: resumed && job.notes["began"] === true,
      settings: options.settings,
      queue,
      log,
      mask,
      say: (text, urgency) =>
        options.say(job.id, statusMessage(job, mask(text), urgency === "urgent")),
      note: (notes) => store.note(job.id, masked(notes, mask)),
    });
    if (end === undefined || (end.wasCutOff === true && isInterrupted(signal))) {
      log.info({ ...about, ms: Date.now() - begun }, "A job is put back and goes on later.");
      return {
        state: "interrupted",
        say: [statusMessage(job, interruptedWords(job, signal), true)],
      };
    }
    const words = mask(end.words);
    // The first line of what people read says why it failed.
    const said = end.state === "done" ? {} : { words: words.split("\n")[0]?.slice(0, 300) };
    log.info({ ...about, state: end.state, ms: Date.now() - begun, ...said }, "A job is over.");
    // Who stops a turn knows that it is over.
    const tell = stopOf(signal)?.by === job.actor.login ? undefined : end.tell;
    return { state: end.state, words, say: wordsOf(job, { ...end, words, tell }) };
  };
}

/** The handler's end; undefined where it threw since it was interrupted. */
async function attempt(handler: Handler, work: Work): Promise<HandlerEnd | undefined> {
  try {
    return await handler(work);
  } catch (error) {
    if (isInterrupted(work.signal)) return undefined;
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
