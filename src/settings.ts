import { isAbsolute, resolve } from "node:path";
import { KugetsuError } from "./kugetsu/errors.ts";

/** Reads typed settings out of an environment and remembers every problem, so that all are told at once. */
export interface Settings {
  /** undefined when it is unset or empty: compose files pass what is unset as an empty text. */
  text(name: string): string | undefined;
  /** Like `text`, and a problem when it is not there. `help` says what to do. */
  required(name: string, help: string): string;
  integer(name: string, fallback: number, range: { min: number; max: number }): number;
  /** Milliseconds; written as `90s`, `30m`, `2h` or a number of seconds. */
  duration(name: string, fallback: string, range: { minMs: number; maxMs: number }): number;
  /** Bytes; written as `500M`, `2G` or a number of bytes. */
  bytes(name: string, fallback: string, range: { min: string; max: string }): number;
  /** One of these words. */
  choice<T extends string>(name: string, fallback: T, choices: readonly T[]): T;
  /** Separated by commas or blanks; each must match, else `shape` is told. */
  list(name: string, pattern: RegExp, shape: string): readonly string[];
  /** Absolute paths, separated by commas, colons or blanks. */
  paths(name: string): readonly string[];
  /** An http or https address without credentials, query, fragment and trailing slash. */
  url(name: string): string | undefined;
  problem(words: string): void;
  /** @throws KugetsuError `invalid` that lists all problems */
  check(): void;
}

export function createSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];
  const problem = (words: string) => {
    problems.push(words);
  };
  const text = (name: string) => {
    const value = env[name];
    return value === undefined || value.trim() === "" ? undefined : value;
  };

  return {
    text,
    problem,
    required(name, help) {
      const value = text(name);
      if (value === undefined) problem(`${name} is not set: ${help}`);
      return value ?? "";
    },
    integer(name, fallback, { min, max }) {
      const value = text(name)?.trim();
      if (value === undefined) return fallback;
      const number = /^[0-9]{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (number >= min && number <= max) return number;
      problem(`${name} must be a whole number from ${min} to ${max}, not ${quote(value)}.`);
      return fallback;
    },
    duration(name, fallback, { minMs, maxMs }) {
      const value = text(name)?.trim() ?? fallback;
      const ms = parseDuration(value);
      if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
      problem(
        `${name} must be a duration from ${printDuration(minMs)} to ${printDuration(maxMs)}, such as 90s, 30m or 2h, not ${quote(value)}.`,
      );
      return minMs;
    },
    bytes(name, fallback, { min, max }) {
      const value = text(name)?.trim() ?? fallback;
      const bytes = parseBytes(value);
      const [least, most] = [parseBytes(min) ?? 0, parseBytes(max) ?? 0];
      if (bytes !== undefined && bytes >= least && bytes <= most) return bytes;
      problem(
        `${name} must be a size from ${min} to ${max}, such as 500M or 2G, not ${quote(value)}.`,
      );
      return least;
    },
    paths(name) {
      const entries = (text(name) ?? "").split(/[\s,:]+/).filter((entry) => entry !== "");
      for (const entry of entries)
        if (!isAbsolute(entry) || resolve(entry) === "/")
          problem(`${name}: ${quote(entry)} is not an absolute path below /.`);
      return entries.filter((entry) => isAbsolute(entry)).map((entry) => resolve(entry));
    },
    choice(name, fallback, choices) {
      const value = text(name)?.trim() ?? fallback;
      const found = choices.find((choice) => choice === value);
      if (found === undefined)
        problem(`${name} must be one of ${choices.join(", ")}, not ${quote(value)}.`);
      return found ?? fallback;
    },
    list(name, pattern, shape) {
      const entries = (text(name) ?? "").split(/[\s,]+/).filter((entry) => entry !== "");
      for (const entry of entries)
        if (!pattern.test(entry)) problem(`${name}: ${quote(entry)} is not ${shape}.`);
      return entries.filter((entry) => pattern.test(entry));
    },
    url(name) {
      const value = text(name)?.trim();
      if (value === undefined) return undefined;
      const url = parseUrl(value);
      // Not quoted: an address that is refused for its credentials would show them.
      if (url === undefined) {
        problem(
          `${name} must be an address such as https://git.example.org, without user, query and fragment.`,
        );
      }
      return url;
    },
    check() {
      if (problems.length === 0) return;
      const [only] = problems;
      throw new KugetsuError(
        "invalid",
        problems.length === 1 && only !== undefined
          ? only
          : `${problems.length} settings are wrong:\n${problems.map((words) => `- ${words}`).join("\n")}`,
        { hint: "Settings are environment variables; `kugetsu help serve` lists them." },
      );
    },
  };
}

function parseDuration(text: string): number | undefined {
  const [, digits, unit = "s"] = /^([0-9]{1,9})(s|m|h)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as "s" | "m" | "h"];
}

const UNITS = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 } as const;

function parseBytes(text: string): number | undefined {
  const [, digits, unit] = /^([0-9]{1,15})([KMGT])?(?:i?B)?$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const factor = unit === undefined ? 1 : UNITS[unit.toUpperCase() as keyof typeof UNITS];
  return Number(digits) * factor;
}

function printDuration(ms: number): string {
  if (ms > 0 && ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  if (ms > 0 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return `${ms / 1_000}s`;
}

function parseUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return undefined;
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    return undefined;
  return url.href.replace(/\/+$/, "");
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
