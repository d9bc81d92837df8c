import { KugetsuError } from "../errors.ts";
import type { Agent } from "./agent.ts";

// Six starts at once on two cores take 15 s each; the history of a long base adds to that.
const OPEN_MS = 120_000;

/** Waits for something in an agent, but no longer than the agent lives or anybody wants it. */
export async function orStopped<T>(
  work: Promise<T>,
  signal: AbortSignal,
  agent?: Agent,
): Promise<T> {
  const done = new AbortController();
  const cut = new Promise<never>((_, reject) => {
    const stop = () => reject(new KugetsuError("failed", "It was stopped."));
    const late = () => reject(new KugetsuError("unavailable", "opencode took too long to start."));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true, signal: done.signal });
    const timer = setTimeout(late, OPEN_MS);
    done.signal.addEventListener("abort", () => clearTimeout(timer));
  });
  const died = agent?.ended.then(() => {
    throw new KugetsuError("failed", "opencode ended unexpectedly.");
  });
  try {
    return await Promise.race([work, cut, ...(died === undefined ? [] : [died])]);
  } finally {
    done.abort();
  }
}
