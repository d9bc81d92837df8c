import type { MachineLimit, Picture, ReachedLimit, TurnLimits } from "../runner.ts";
import type { Agent, PromptAnswer } from "./agent.ts";
import type { TurnEvents } from "./events.ts";
import type { JsonObject } from "./merge.ts";
import { CUT, STOP } from "./patience.ts";
import { total } from "./port.ts";
import { within } from "./process.ts";
import type { TurnCount } from "./tally.ts";

/** How a prompt came to its end. */
export type TurnEnd =
  | { readonly kind: "answered"; readonly answer: PromptAnswer }
  /** opencode answered with an error. */
  | { readonly kind: "error"; readonly error: unknown }
  /** The process ended. */
  | { readonly kind: "died" }
  /** Somebody said so. */
  | { readonly kind: "stopped" }
  /** A limit of the turn was reached. */
  | { readonly kind: "wall" | "silence" | CountedLimit }
  /** A limit of the machine was reached. */
  | { readonly kind: "watched"; readonly limit: MachineLimit; readonly words: string };

type CountedLimit = "tokens" | "requests" | "output";

/** Resolves when an agent takes too much of the machine. A rejection, of an aborted signal say, is no end. */
export type Watch = (signal: AbortSignal) => Promise<ReachedLimit>;

export interface PromptOptions {
  readonly sessionId: string;
  readonly prompt: string;
  /** Handed over before it. */
  readonly pictures: readonly Picture[];
  readonly limits: TurnLimits;
  readonly signal: AbortSignal;
  readonly events: TurnEvents;
  readonly watch: Watch | undefined;
  readonly onUpdate: (update: JsonObject) => void;
  readonly onAsked: (title: string) => void;
  /** The model failed and is asked again. */
  readonly onRetry: (why: string) => void;
  /** All tokens of this turn so far; undefined when they are not known. */
  readonly used: () => Promise<number | undefined>;
}

// The events tell it at once; this is for a turn whose events cannot be read.
const POLL_MS = 15_000;
const DIED_MS = 500;

/** Sends one prompt and waits for its end, which comes at the latest with its limits. */
export async function runPrompt(agent: Agent, options: PromptOptions): Promise<TurnEnd> {
  const { sessionId, limits, signal, events } = options;
  if (signal.aborted) return { kind: "stopped" };
  const clock = new AbortController();
  let lastSign = performance.now();
  const sign = () => {
    lastSign = performance.now();
  };
  agent.listen({
    update: (update) => {
      sign();
      options.onUpdate(update);
    },
    asked: options.onAsked,
  });

  const answer = agent.prompt(sessionId, options.prompt, options.pictures);
  const answered = answer.then(
    (value): TurnEnd => ({ kind: "answered", answer: value }),
    (error: unknown): TurnEnd => ({ kind: "error", error }),
  );
  const cut = new Promise<TurnEnd>((resolve) => {
    signal.addEventListener("abort", () => resolve({ kind: "stopped" }), {
      once: true,
      signal: clock.signal,
    });
    events.listen({
      sign,
      retried: options.onRetry,
      counted: (count) => {
        const kind = passed(limits, count);
        if (kind !== undefined) resolve({ kind });
      },
    });
    every(Math.min(1000, limits.silenceMs / 4), clock.signal, () => {
      if (performance.now() - lastSign >= limits.silenceMs) resolve({ kind: "silence" });
    });
    let tokens = 0;
    every(POLL_MS, clock.signal, async () => {
      const used = (await options.used().catch(() => undefined)) ?? 0;
      if (used > tokens) sign();
      tokens = Math.max(tokens, used);
      if (tokens > (limits.tokens ?? Number.POSITIVE_INFINITY)) resolve({ kind: "tokens" });
    });
    const wall = setTimeout(() => resolve({ kind: "wall" }), limits.wallMs);
    clock.signal.addEventListener("abort", () => clearTimeout(wall));
    const watched = async () => await options.watch?.(clock.signal);
    watched().then(
      (reached) => reached && resolve({ kind: "watched", ...reached }),
      () => undefined,
    );
  });
  const died = agent.ended.then((): TurnEnd => ({ kind: "died" }));

  const end = await Promise.race([answered, cut, died]);
  clock.abort();
  if (end.kind === "error") return (await within(agent.ended, DIED_MS)) ? { kind: "died" } : end;
  if (end.kind !== "answered" && end.kind !== "died") {
    const { cancelMs } = end.kind === "stopped" ? STOP : CUT;
    // It does not settle while opencode reads nothing: then only closing it helps.
    await within(Promise.all([agent.cancel(sessionId), answered]), cancelMs);
  }
  return end;
}

/** The limit that a turn has gone past, if any. */
export function passed(limits: TurnLimits, count: TurnCount): CountedLimit | undefined {
  const { tokens, requests, outputBytes } = limits;
  if (tokens !== undefined && total(count.figures.tokens) > tokens) return "tokens";
  if (requests !== undefined && count.requests > requests) return "requests";
  if (outputBytes !== undefined && count.bytes > outputBytes) return "output";
  return undefined;
}

function every(ms: number, signal: AbortSignal, act: () => void | Promise<void>): void {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void Promise.resolve(act()).finally(() => {
      busy = false;
    });
  }, ms);
  signal.addEventListener("abort", () => clearInterval(timer));
}
