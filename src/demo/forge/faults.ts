import type { Fault } from "./sandbox.ts";

/** The faults that tests have armed. */
export class Faults {
  #armed: { readonly fault: Fault; left: number }[] = [];

  arm(fault: Fault): void {
    this.#armed.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#armed = [];
  }

  /** The first armed fault that this request falls under, counted as used. */
  take(method: string, path: string): Fault | undefined {
    const one = this.#armed.find(({ fault }) => matches(fault, method, path));
    if (one === undefined) return undefined;
    one.left -= 1;
    if (one.left <= 0) this.#armed = this.#armed.filter((other) => other !== one);
    return one.fault;
  }
}

function matches(fault: Fault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false;
  // A copy without flags: a global or sticky one would remember where it stopped.
  return (
    fault.path === undefined ||
    new RegExp(fault.path.source, fault.path.flags.replaceAll(/[gy]/g, "")).test(path)
  );
}
