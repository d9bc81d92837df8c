import { backoff } from "../jobs/backoff.ts";
import { KugetsuError, safeMessage } from "../kugetsu/errors.ts";

const HOUR_MS = 60 * 60 * 1_000;
/** Where only a person can help: so rarely is it tried again. */
const RARELY_MS = 6 * HOUR_MS;

/** What to do after a look in vain. Times are milliseconds since the epoch. */
export interface Trouble {
  /** Safe to show. */
  readonly words: string;
  readonly dueAt: number;
  /** The forge could not be reached, or did not do what it was asked. */
  readonly isUnavailable: boolean;
  /** It says itself for how long it wants to be left alone. */
  readonly wantsQuiet: boolean;
  /** It says nothing of what is to be looked at elsewhere. */
  readonly isOneAccounts: boolean;
}

/** @param tries how many have failed, 1 or more */
export function troubleOf(
  error: unknown,
  tries: number,
  { now, random }: { now: () => number; random: () => number },
): Trouble {
  const known = error instanceof KugetsuError ? error : undefined;
  const hint = known?.hint === undefined ? "" : ` ${known.hint}`;
  return {
    words: `${safeMessage(error)}${hint}`,
    dueAt: now() + waitFor(known, tries, random()),
    isUnavailable: known?.code === "unavailable",
    wantsQuiet: known?.retryAfterMs !== undefined,
    isOneAccounts: known?.ofOneAccount === true,
  };
}

function waitFor(error: KugetsuError | undefined, tries: number, random: number): number {
  if (error?.code === "unavailable")
    return Math.max(backoff(tries, random), error.retryAfterMs ?? 0);
  return error?.code === "forbidden" || error?.code === "not_found" ? RARELY_MS : HOUR_MS;
}

/** After so many in a row that a forge does not answer for, it is left alone. */
export const PATIENCE = 3;

/**
 * Does one after the other, as long as the forge answers.
 * @param work returns what kept the forge from answering
 * @returns until when the forge is to be left alone (milliseconds since the epoch); undefined: all was done
 */
export async function whileAnswered<T>(
  items: readonly T[],
  work: (item: T) => Promise<Trouble | undefined>,
): Promise<number | undefined> {
  let inVain = 0;
  for (const item of items) {
    const trouble = await work(item);
    if (trouble?.isOneAccounts === true) continue;
    inVain = trouble === undefined ? 0 : inVain + 1;
    if (trouble !== undefined && (trouble.wantsQuiet || inVain === PATIENCE)) return trouble.dueAt;
  }
  return undefined;
}
