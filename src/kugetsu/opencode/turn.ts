import type { TurnLimits } from "../runner.ts";
import type { Agent, PromptAnswer } from "./agent.ts";
import type { JsonObject } from "./merge.ts";
import { within } from "./process.ts";

/** How a prompt came to its end. */
export type TurnEnd =
  | { readonly kind: "answered"; readonly answer: PromptAnswer }
  /** opencode answered with an error. */
  | { readonly kind: "error"; readonly error: unknown }
  /** The process ended. */
  | { readonly kind: "died" }
  /** We ended it: a limit was reached, or somebody said so. */
  | { readonly kind: "wall" | "silence" | "tokens" | "stopped" };

export interface PromptOptions {
  readonly sessionId: string;
  readonly prompt: string;
  readonly limits: TurnLimits;
  readonly signal: AbortSignal;
  readonly onUpdate: (update: JsonObject) => void;
  readonly onAsked: (title: string) => void;
  /** All tokens of this turn so far, in any unit that grows; undefined when they are not known. */
  readonly used: () => Promise<number | undefined>;
}

const CANCEL_MS = 1000;
// A subagent's own calls send nothing: only the tokens that it uses tell that it lives.
const POLL_MS = 15_000;
const DIED_MS = 500;

/** Sends one prompt and waits for its end, which comes at the latest with its limits. */
export async function runPrompt(agent: Agent, options: PromptOptions): Promise<TurnEnd> {
  const { sessionId, limits, signal } = options;
  const clock = new AbortController();
  let lastSign = performance.now();
  agent.listen({
    update: (update) => {
      lastSign = performance.now();
      options.onUpdate(update);
    },
    asked: options.onAsked,
  });

  const answer = agent.prompt(sessionId, options.prompt);
  const answered = answer.then(
    (value): TurnEnd => ({ kind: "answered", answer: value }),
    (error: unknown): TurnEnd => ({ kind: "error", error }),
  );
  const cut = new Promise<TurnEnd>((resolve) => {
    const end = (kind: "wall" | "silence" | "tokens" | "stopped") => () => resolve({ kind });
    signal.addEventListener("abort", end("stopped"), { once: true, signal: clock.signal });
    if (signal.aborted) end("stopped")();
    every(Math.min(1000, limits.silenceMs / 4), clock.signal, () => {
      if (performance.now() - lastSign >= limits.silenceMs) end("silence")();
    });
    let tokens = 0;
    every(Math.min(POLL_MS, limits.silenceMs / 3), clock.signal, async () => {
      const used = (await options.used().catch(() => undefined)) ?? 0;
      if (used > tokens) lastSign = performance.now();
      tokens = Math.max(tokens, used);
      if (tokens > (limits.tokens ?? Number.POSITIVE_INFINITY)) end("tokens")();
    });
    const wall = setTimeout(end("wall"), limits.wallMs);
    clock.signal.addEventListener("abort", () => clearTimeout(wall));
  });
  const died = agent.ended.then((): TurnEnd => ({ kind: "died" }));

  const end = await Promise.race([answered, cut, died]);
  clock.abort();
  if (end.kind === "error") return (await within(agent.ended, DIED_MS)) ? { kind: "died" } : end;
  if (end.kind !== "answered" && end.kind !== "died") {
    // It does not settle while opencode reads nothing: then only closing it helps.
    await within(agent.cancel(sessionId), CANCEL_MS);
    await within(answered, CANCEL_MS);
  }
  return end;
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
