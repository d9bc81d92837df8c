import type { Agent } from "./agent.ts";

/**
 * Processes that start while their turn is still being prepared: git needs some tenths of a second for a worktree,
 * opencode two seconds for itself.
 */
export interface EarlyAgents {
  /** Starts a process, unless one is starting for that key. Never throws: the turn tells what is wrong. */
  begin(key: string, fingerprint: string, start: (stop: AbortSignal) => Promise<Agent>): void;
  /**
   * The process of that key once it is up; undefined when there is none, it was started for something else, or the
   * signal has stopped it.
   */
  take(key: string, fingerprint: string, signal: AbortSignal): Promise<Agent | undefined>;
  /** Ends the process of that key if nobody took it. */
  end(key: string): Promise<void>;
  endAll(): Promise<void>;
}

interface Starting {
  readonly fingerprint: string;
  readonly agent: Promise<Agent | undefined>;
  readonly stop: AbortController;
}

export function createEarlyAgents(): EarlyAgents {
  const starting = new Map<string, Starting>();
  const remove = (key: string) => {
    const early = starting.get(key);
    starting.delete(key);
    return early;
  };
  const end = async (key: string) => {
    const early = remove(key);
    // Whoever waits for its end does not want it to start first.
    early?.stop.abort();
    await (await early?.agent)?.close(0);
  };
  return {
    begin(key, fingerprint, start) {
      if (starting.has(key)) return;
      const stop = new AbortController();
      starting.set(key, {
        fingerprint,
        agent: start(stop.signal).catch(() => undefined),
        stop,
      });
    },
    async take(key, fingerprint, signal) {
      const early = remove(key);
      const abort = () => early?.stop.abort();
      signal.addEventListener("abort", abort);
      if (signal.aborted) abort();
      const agent = await early?.agent;
      signal.removeEventListener("abort", abort);
      if (agent === undefined) return undefined;
      const isDead = await Promise.race([agent.ended.then(() => true), Promise.resolve(false)]);
      if (early?.fingerprint === fingerprint && !isDead) return agent;
      await agent.close();
      return undefined;
    },
    end: async (key) => {
      await end(key);
    },
    async endAll() {
      await Promise.all([...starting.keys()].map(end));
    },
  };
}
