import type { Agent } from "./agent.ts";
import { freeze, thaw } from "./freeze.ts";
import type { Figures } from "./port.ts";

/** A process that waits for the next turn of its session. */
export interface IdleAgent {
  readonly agent: Agent;
  readonly sessionId: string;
  /** What it was started with: another turn may use it only if nothing of that has changed. */
  readonly fingerprint: string;
  /** The state of its home when it was kept: another one means that somebody else was in there. */
  readonly home: string;
  /** What its session has used so far; undefined when that is not known. */
  readonly used: Figures | undefined;
}

/** The processes that wait. One turn further costs 0.3 s in a waiting process, 3 to 4 s in a new one. */
export interface IdleAgents {
  /**
   * Keeps a process; in a box it stands still until it is taken. One that does not stand still is ended, and so are the
   * oldest ones over the limit.
   */
  keep(key: string, idle: IdleAgent): Promise<void>;
  /** Takes the process of that key out, for whatever use: it goes on. */
  take(key: string): Promise<IdleAgent | undefined>;
  /** Ends the process of that key, if one waits. */
  end(key: string): Promise<void>;
  peek(key: string): IdleAgent | undefined;
  /** Resolves when no process of that key is on its way out: two on one database lose turns. */
  closed(key: string): Promise<void>;
  closeAll(): Promise<void>;
}

/**
 * @param limits how many processes may wait, and for how many milliseconds each
 * @param boxed they are in boxes, which end with the bot however that ends: one without would stand still for ever
 */
export function createIdleAgents(limits: {
  readonly max: number;
  readonly ms: number;
  readonly boxed: boolean;
}): IdleAgents {
  const waiting = new Map<string, IdleAgent & { readonly timer: NodeJS.Timeout }>();

  const remove = (key: string) => {
    const idle = waiting.get(key);
    if (idle === undefined) return undefined;
    clearTimeout(idle.timer);
    waiting.delete(key);
    return idle;
  };
  const closing = new Map<string, Promise<void>>();
  /** Never rejects: nobody waits for it. */
  const end = async (key: string): Promise<void> => {
    const idle = remove(key);
    if (idle === undefined) return;
    // It has done what it had to: standing still, it could not end by itself.
    const closed = idle.agent.close(limits.boxed ? 0 : undefined).catch(() => undefined);
    closing.set(key, closed);
    await closed;
    if (closing.get(key) === closed) closing.delete(key);
  };

  return {
    async take(key) {
      const idle = remove(key);
      if (limits.boxed && idle !== undefined) await thaw(idle.agent);
      return idle;
    },
    end,
    peek: (key) => waiting.get(key),
    async closed(key) {
      await closing.get(key);
    },
    async keep(key, idle) {
      await end(key);
      if (limits.max === 0) return idle.agent.close();
      if (limits.boxed && !(await freeze(idle.agent))) return idle.agent.close(0);
      const timer = setTimeout(() => void end(key), limits.ms);
      timer.unref();
      const entry = { ...idle, timer };
      waiting.set(key, entry);
      void idle.agent.ended.then(() => (waiting.get(key) === entry ? end(key) : undefined));
      const tooMany = [...waiting.keys()].slice(0, Math.max(0, waiting.size - limits.max));
      await Promise.all(tooMany.map(end));
    },
    async closeAll() {
      await Promise.all([...[...waiting.keys()].map(end), ...closing.values()]);
    },
  };
}
