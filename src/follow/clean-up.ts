import type { JobStore } from "../jobs/job-store.ts";
import { createPump } from "../jobs/pump.ts";
import type { Session } from "../kugetsu/db/sessions.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { Kugetsu } from "../kugetsu/kugetsu.ts";
import { isGoing } from "../kugetsu/session/states.ts";
import type { Log } from "../log.ts";

/** Destroys sessions whose issues are closed for long enough. */
export interface CleanUp extends AsyncDisposable {
  start(): void;
  /** Looks once. Resolves when it is done; never throws. */
  once(): Promise<void>;
}

export interface CleanUpOptions {
  readonly kugetsu: Pick<Kugetsu, "sessions" | "session" | "hold" | "destroy">;
  readonly store: Pick<JobStore, "list">;
  /** CLEANUP_AFTER in milliseconds; 0: never. */
  readonly after: () => Promise<number>;
  readonly log: Log;
  readonly now?: () => number;
  /** From one look to the next. */
  readonly intervalMs?: number;
}

const HOUR_MS = 60 * 60 * 1_000;

export function createCleanUp(options: CleanUpOptions): CleanUp {
  const { kugetsu, after, log, now = Date.now, intervalMs = HOUR_MS } = options;
  let isClosing = false;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    const afterMs = await after();
    if (afterMs === 0) return;
    for (const { ref } of (await kugetsu.sessions()).filter(isDue(now() - afterMs))) {
      if (isClosing) return;
      try {
        await cleanUp(options, ref, now() - afterMs);
      } catch (error) {
        log.warn({ ref, err: error }, "The session of a closed issue cannot be cleaned up");
      }
    }
  };
  const pump = createPump(look, (error) => {
    log.error({ err: error }, "Sessions cannot be cleaned up");
  });
  return {
    start: () => {
      timer ??= setInterval(pump.wake, intervalMs).unref();
      pump.wake();
    },
    once: async () => {
      pump.wake();
      await pump.busy();
    },
    [Symbol.asyncDispose]: async () => {
      isClosing = true;
      clearInterval(timer);
      pump.close();
      await pump.busy();
    },
  };
}

/** Whether nothing happened in it since then. One whose removal was cut off is finished at once. */
function isDue(since: number) {
  return ({ kind, closedAt, lastActivityAt, state }: Session): boolean =>
    kind === "forked" &&
    closedAt !== undefined &&
    closedAt <= since &&
    (lastActivityAt <= since || isGoing(state));
}

async function cleanUp(
  { kugetsu, store, log }: CleanUpOptions,
  ref: string,
  since: number,
): Promise<void> {
  await using held = await holdIfFree(kugetsu, ref);
  if (held === undefined) return;
  // Looked for while no turn can begin: what came before is seen.
  const waiting = await store.list({ ref, states: ["received", "queued"], lanes: ["dev"] });
  if (waiting.length > 0) return;
  // A turn may have come and gone before.
  const session = await kugetsu.session(ref);
  if (session === undefined || !isDue(since)(session)) return;
  const { kept } = await kugetsu.destroy(ref);
  log.info({ ref, kept }, "The session of a closed issue is cleaned up");
}

/** Undefined while somebody is at work in it. */
async function holdIfFree(
  kugetsu: Pick<Kugetsu, "hold">,
  ref: string,
): Promise<AsyncDisposable | undefined> {
  try {
    return await kugetsu.hold(ref);
  } catch (error) {
    if (error instanceof KugetsuError && error.code === "conflict") return undefined;
    throw error;
  }
}
