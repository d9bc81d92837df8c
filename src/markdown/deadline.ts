import { Script, createContext } from "node:vm";

// Only V8 can interrupt a synchronous computation from outside, and node:vm is the way to ask it to.
const call = new Script("work()");

/**
 * Runs synchronous work, at most `ms` milliseconds of it. Parsing Markdown takes time that grows with the square of
 * some hostile inputs, and a server that parses comments must not stand still for them.
 * @returns undefined when the time or the stack ran out
 */
export function withDeadline<T>(ms: number, work: () => T): T | undefined {
  try {
    return call.runInContext(createContext({ work }), { timeout: ms }) as T;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    if ((error as { code?: unknown } | undefined)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT")
      return undefined;
    throw error;
  }
}
