import { setTimeout as delay } from "node:timers/promises";
import { KugetsuError } from "../kugetsu/errors.ts";
import { withoutInvisible } from "../markdown/invisible.ts";
import type { Mask } from "../secrets.ts";
import { type Check, type Finding, problem, type Subject } from "./check.ts";

/** A finding under the name of its check, fit to be shown to anybody. */
export interface Result {
  readonly name: string;
  readonly status: Finding["status"];
  readonly detail: string;
  readonly advice: string | null;
}

const PATIENCE_MS = 10_000;
/** To end what it started. */
const GRACE_MS = 3_000;
const LATE = Symbol("late");
const LONGEST = 1_200;

/**
 * Runs all checks side by side. Never throws: a check that does is a problem, and so is one that hangs.
 * @returns the results in the order of the checks, and whether one of them still hangs
 */
export async function runChecks(
  checks: readonly Check[],
  subject: Subject,
  mask: () => Promise<Mask>,
): Promise<{ readonly results: readonly Result[]; readonly hangs: boolean }> {
  const looks = await Promise.all(checks.map(async (check) => within(check, subject)));
  const hide = await mask();
  const results = looks.flatMap(({ findings }, index) =>
    findings.map(({ status, detail, advice }) => ({
      name: checks[index]?.name ?? "",
      status,
      detail: oneLine(hide(detail)),
      advice: advice === undefined ? null : oneLine(hide(advice)),
    })),
  );
  return { results, hangs: looks.some(({ hangs }) => hangs) };
}

async function within(
  check: Check,
  subject: Subject,
): Promise<{ findings: readonly Finding[]; hangs: boolean }> {
  const { timeoutMs = PATIENCE_MS } = check;
  const ended = new AbortController();
  // Not called at once: one that throws before its first await must not take the others along.
  const look = Promise.resolve().then(async () => check.look(subject, ended.signal));
  try {
    const found = await atMost(timeoutMs, look);
    if (found !== LATE)
      return { findings: Array.isArray(found) ? found : [found as Finding], hangs: false };
  } catch (error) {
    return { findings: [failure(error)], hangs: false };
  }
  ended.abort();
  // What it started and made is to be gone; what comes of it interests nobody any more.
  const rest = await atMost(
    GRACE_MS,
    look.catch(() => undefined),
  );
  const words = `It could not be told within ${timeoutMs / 1000} seconds.`;
  const advice = "Try again when the machine has less to do.";
  return { findings: [problem(words, advice)], hangs: rest === LATE };
}

/** What comes of that work, or LATE. */
async function atMost<T>(ms: number, work: Promise<T>): Promise<T | typeof LATE> {
  const over = new AbortController();
  try {
    return await Promise.race([work, delay(ms, LATE, { signal: over.signal })]);
  } finally {
    over.abort();
  }
}

/** An error as a finding. */
export function failure(error: unknown): Finding {
  if (error instanceof KugetsuError) return problem(error.message, error.hint);
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return problem(`It could not be told${typeof code === "string" ? ` (${code})` : ""}.`);
}

/** What agents, forges and files wrote may hold anything; it must not steer the terminal. */
function oneLine(text: string): string {
  const plain = withoutInvisible(text).replaceAll(/\s+/g, " ").trim();
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST).toWellFormed()}…` : plain;
}
