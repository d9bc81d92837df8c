import { Script, createContext } from "node:vm";

// Only V8 can interrupt a synchronous computation from outside, and node:vm is the way to ask it to.
const call = new Script("work()");

/**
 * On a machine that has no time for it, work is given up after so many times its own, or so many milliseconds: nothing
 * else goes on meanwhile.
 */
const PATIENCE = 2;
const LEAST_PATIENCE = 1_000;
/** So much more than it should need is given to what begins anew. */
const AMPLE = 1.5;
/** The clock stops the work a little before or after the moment. */
const ALMOST = 0.9;

/**
 * Runs synchronous work, at most `ms` milliseconds of it. Parsing Markdown takes time that grows with the square of
 * some hostile inputs, and a server that parses comments must not stand still for them. What counts is the time that it
 * has a processor: on a busy machine it begins anew with more time by the clock, so it must have no effects.
 * @returns undefined when the time or the stack ran out
 */
export function withDeadline<T>(ms: number, work: () => T): T | undefined {
  const context = createContext({ work });
  const last = performance.now() + Math.max(PATIENCE * ms, LEAST_PATIENCE);
  for (let timeout = ms; timeout >= 1;) {
    const [begun, busyBefore] = [performance.now(), busyMs()];
    try {
      return call.runInContext(context, { timeout: Math.ceil(timeout) }) as T;
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      if ((error as { code?: unknown } | undefined)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT")
        throw error;
    }
    const busy = busyMs() - busyBefore;
    if (busy >= ALMOST * ms) return undefined;
    const now = performance.now();
    const slowness = (now - begun) / Math.max(busy, 1);
    timeout = Math.min(last - now, AMPLE * ms * slowness);
  }
  return undefined;
}

/** How long this thread has had a processor, in milliseconds. */
export function busyMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
