import { setTimeout as delay } from "node:timers/promises";
import type { Owner } from "../kugetsu/db/owner.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { backoff } from "./backoff.ts";
import type { Log } from "../log.ts";
import type { Message } from "./message.ts";
import type { OutboxStore } from "./outbox.ts";
import { persist } from "./persist.ts";
import { createPump } from "./pump.ts";

/**
 * Says one message to its forge and returns the comment's id, where it is one. Edits when `remoteId` is set; looks for
 * the hidden marker before it posts when `maybePosted`.
 * @throws KugetsuError `unavailable`: tried again later; anything else: not again
 */
export type Deliver = (message: Message) => Promise<number | undefined>;

export interface OutboxSender extends AsyncDisposable {
  start(): void;
  /** Something was put into the outbox. */
  wake(): void;
  /** Sends what is due. Resolves when all of it is out or failed (true), at the latest after `timeoutMs` (false). */
  flush(timeoutMs: number): Promise<boolean>;
}

export interface SenderOptions {
  readonly store: OutboxStore;
  readonly owner: Owner;
  readonly deliver: Deliver;
  readonly log: Log;
  readonly now?: () => number;
  /** Between 0 and 1, for the jitter. */
  readonly random?: () => number;
  /** How often the database is looked at unasked, in milliseconds. */
  readonly pollMs?: number;
}

const SIDE_BY_SIDE = 4;
/** Some three and a half days of trying. */
const MAX_ATTEMPTS = 1_000;

/** Sends what is due: the messages of one issue in order, those of several issues side by side. */
export function createOutboxSender(options: SenderOptions): OutboxSender {
  const { store, owner, log, now = Date.now, random = Math.random, pollMs = 1_000 } = options;
  const onTheWay = new Set<Promise<void>>();
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  const fill = async (): Promise<void> => {
    while (onTheWay.size < SIDE_BY_SIDE && !closing.signal.aborted) {
      const message = await store.claim(owner);
      if (message === undefined) return;
      const sending: Promise<void> = send(message).finally(() => {
        onTheWay.delete(sending);
        pump.wake();
      });
      onTheWay.add(sending);
    }
  };
  const pump = createPump(fill, (error) => {
    log.error({ err: error }, "The outbox cannot be read");
  });

  const send = async (message: Message): Promise<void> => {
    let outcome: () => Promise<void>;
    try {
      const remoteId = await options.deliver(message);
      outcome = async () => store.sent(message, owner, remoteId);
    } catch (error) {
      outcome = async () => failed(message, error);
    }
    try {
      await persist(outcome, log, closing.signal);
    } catch (error) {
      // Its lease stays until this process ends: better late than said twice.
      log.error({ key: message.key, err: error }, "The outcome of a message could not be stored");
    }
  };

  const failed = async (message: Message, error: unknown): Promise<void> => {
    const { key, kind, attempts } = message;
    const code = error instanceof KugetsuError ? error.code : "internal";
    if (error instanceof KugetsuError && code === "unavailable" && attempts < MAX_ATTEMPTS) {
      const wait = Math.max(backoff(attempts, random()), error.retryAfterMs ?? 0);
      await store.postpone(message, owner, now() + wait);
      const level = error.needsOperator ? "error" : "info";
      log[level]({ key, kind, attempts, wait, err: error }, "A message could not be sent yet");
    } else if (!(await store.giveUp(message, owner, code === "not_found"))) {
      log.error({ key, kind, attempts, err: error }, "A message is given up");
    }
  };

  const idle = async (): Promise<true> => {
    for (;;) {
      const rest = [pump.busy(), ...onTheWay].filter((work) => work !== undefined);
      if (rest.length === 0) return true;
      await Promise.race(rest);
    }
  };
  return {
    start: () => {
      timer ??= setInterval(pump.wake, pollMs).unref();
      pump.wake();
    },
    wake: pump.wake,
    flush: async (timeoutMs) => {
      const over = new AbortController();
      const timeout = delay(timeoutMs, false, { signal: over.signal }).catch(() => false);
      pump.wake();
      const isIdle = await Promise.race([idle(), timeout]);
      over.abort();
      return isIdle;
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      pump.close();
      closing.abort();
      await Promise.all([pump.busy(), ...onTheWay]);
    },
  };
}
