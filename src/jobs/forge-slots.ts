import { KugetsuError } from "../kugetsu/errors.ts";

/** Forges that asked to be left alone for a while. Kept in memory: after a restart they ask again. */
export interface ForgeGates {
  /** Nothing is asked of that forge before `until`, in milliseconds since the epoch. */
  close(forge: string, until: number): void;
  /** Those that are to be left alone now. */
  closed(): readonly string[];
}

export function createForgeGates(now: () => number = Date.now): ForgeGates {
  const gates = new Map<string, number>();
  return {
    close: (forge, until) => {
      gates.set(forge, Math.max(until, gates.get(forge) ?? 0));
    },
    closed: () => [...gates].filter(([, until]) => until > now()).map(([forge]) => forge),
  };
}

/**
 * When a forge that answered with this error may be asked again for anything; undefined where it was about the one
 * request, or about one of the accounts that it is asked about. A rate limit and a refused token are about them all,
 * but where each account has its own: those adapters heed them.
 */
export function leftAloneUntil(error: unknown, now: number): number | undefined {
  if (!(error instanceof KugetsuError) || error.code !== "unavailable" || error.ofOneAccount)
    return undefined;
  const { retryAfterMs = 0 } = error;
  return retryAfterMs > 0 ? now + retryAfterMs : undefined;
}

/** How much is on its way to each forge: one that does not answer fills its own slots, and nobody else's. */
export class ForgeSlots {
  readonly #taken = new Map<string, number>();
  readonly #slots: (forge: string) => number;
  readonly #gates: ForgeGates;

  constructor(slots: (forge: string) => number, gates: ForgeGates) {
    this.#slots = slots;
    this.#gates = gates;
  }

  /** Forges that take nothing more now. */
  full(): readonly string[] {
    const taken = [...this.#taken].filter(([forge, count]) => count >= this.#slots(forge));
    return [...taken.map(([forge]) => forge), ...this.#gates.closed()];
  }

  take(forge: string): void {
    this.#taken.set(forge, (this.#taken.get(forge) ?? 0) + 1);
  }

  free(forge: string): void {
    const left = (this.#taken.get(forge) ?? 0) - 1;
    if (left > 0) this.#taken.set(forge, left);
    else this.#taken.delete(forge);
  }
}
