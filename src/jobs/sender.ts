import { setTimeout as delay } from "node:timers/promises";
import type { Owner } from "../kugetsu/db/owner.ts";
import { KugetsuError, safeMessage } from "../kugetsu/errors.ts";
import { backoff } from "./backoff.ts";
import { createForgeGates, type ForgeGates, ForgeSlots, leftAloneUntil } from "./forge-slots.ts";
import type { Log } from "../log.ts";
import type { Message } from "./message.ts";
import type { OutboxStore } from "./outbox.ts";
import { persist } from "./persist.ts";
import { createPump } from "./pump.ts";
import type { Server } from "./servers.ts";

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
  /** How many messages may be on their way to a forge at once; 4 unless it says less. */
  readonly slots?: (forge: string) => number;
  /** The forges that are configured, asked each time: what is for any other waits. Default: nothing does. */
  readonly servers?: () => Promise<readonly Server[]>;
  /** Shared with whatever else asks the forges. */
  readonly gates?: ForgeGates;
  readonly now?: () => number;
  /** Between 0 and 1, for the jitter. */
  readonly random?: () => number;
  /** How often the database is looked at unasked, in milliseconds. */
  readonly pollMs?: number;
}

const SIDE_BY_SIDE = 4;
/** Some three days of trying. */
const MAX_ATTEMPTS = 1_150;
/** Some two hours: what is said after a reaction waits for it, and nobody looks for an eye on a comment of yesterday. */
const MAX_REACTION_ATTEMPTS = 40;

/**
 * Sends what is due: the messages of one issue in order, those of several issues side by side, and each forge for
 * itself. One that asks to be left alone is sent nothing until then.
 */
export function createOutboxSender(options: SenderOptions): OutboxSender {
  const { store, owner, log, now = Date.now, random = Math.random, pollMs = 1_000 } = options;
  const gates = options.gates ?? createForgeGates(now);
  const slots = new ForgeSlots(options.slots ?? (() => SIDE_BY_SIDE), gates);
  const onTheWay = new Set<Promise<void>>();
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  const fill = async (): Promise<void> => {
    const servers = await options.servers?.();
    while (!closing.signal.aborted) {
      const message = await store.claim(owner, slots.full(), servers);
      if (message === undefined) return;
      slots.take(message.forge);
      const sending: Promise<void> = send(message).finally(() => {
        onTheWay.delete(sending);
        slots.free(message.forge);
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
    const { key, forge, kind, attempts } = message;
    const code = error instanceof KugetsuError ? error.code : "internal";
    const most = kind === "reaction" ? MAX_REACTION_ATTEMPTS : MAX_ATTEMPTS;
    const until = leftAloneUntil(error, now());
    if (until !== undefined) gates.close(forge, until);
    const why = reasonOf(error);
    if (error instanceof KugetsuError && code === "unavailable" && attempts < most) {
      const wait = Math.max(backoff(attempts, random()), error.retryAfterMs ?? 0);
      await store.postpone(message, owner, { dueAt: now() + wait, why });
      const level = error.needsOperator ? "error" : "info";
      log[level](
        { key, forge, kind, attempts, wait, err: error },
        "A message could not be sent yet",
      );
    } else if (!(await store.giveUp(message, owner, { gone: code === "not_found", why }))) {
      const { owner: of, name, number } = message.target;
      const about = {
        key,
        forge,
        kind,
        issue: `${of}/${name}#${number}`,
        attempts,
        why,
        err: error,
      };
      log.error(about, "A message is given up");
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

/** Why it failed and what helps, in words that may be shown. */
function reasonOf(error: unknown): string {
  const hint = error instanceof KugetsuError ? error.hint : undefined;
  return hint === undefined ? safeMessage(error) : `${safeMessage(error)} ${hint}`;
}
