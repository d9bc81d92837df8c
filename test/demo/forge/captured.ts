import { readdirSync, readFileSync } from "node:fs";

const FIXTURES = new URL("../../fixtures/gitea-1.26/", import.meta.url);

export interface CapturedAnswer {
  readonly request: {
    readonly as?: string;
    readonly method: string;
    readonly path: string;
    readonly body?: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body: unknown;
  };
}

export interface CapturedDelivery {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** An answer of the real server by the number of its file. */
export function capturedAnswer(number: string): CapturedAnswer {
  return read("api/", number) as CapturedAnswer;
}

/** A delivery of the real server by the number of its file. */
export function capturedDelivery(number: string): CapturedDelivery {
  return read("deliveries/", number) as CapturedDelivery;
}

/**
 * The keys of a JSON value, all the way down, and the kinds of its values. What is null or an empty list on
 * either side says nothing about its content, so compare with `sameShape`.
 */
export function differences(real: unknown, ours: unknown, at = "$"): string[] {
  if (real === null || ours === null) return [];
  if (Array.isArray(real) && Array.isArray(ours)) {
    return real.length === 0 || ours.length === 0 ? [] : differences(real[0], ours[0], `${at}[0]`);
  }
  if (kind(real) !== kind(ours))
    return [`${at}: ${kind(real)} on the real server, ${kind(ours)} here`];
  if (kind(real) !== "object") return [];
  const [a, b] = [real as Record<string, unknown>, ours as Record<string, unknown>];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((key) => {
    if (!(key in a)) return [`${at}.${key}: only here`];
    if (!(key in b)) return [`${at}.${key}: missing`];
    return differences(a[key], b[key], `${at}.${key}`);
  });
}

function kind(value: unknown): string {
  return Array.isArray(value) ? "list" : typeof value;
}

function read(folder: string, number: string): unknown {
  const directory = new URL(folder, FIXTURES);
  const name = readdirSync(directory).find((one) => one.startsWith(`${number}-`));
  if (name === undefined) throw new Error(`No captured file ${folder}${number}.`);
  return JSON.parse(readFileSync(new URL(name, directory), "utf8"));
}
