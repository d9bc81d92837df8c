import { isAbsolute, join, resolve } from "node:path";
import type { ConfigFile } from "./kugetsu/config-file/read.ts";
import { KugetsuError } from "./kugetsu/errors.ts";
import { parseBytes, parseDuration, parseUrl, printDuration } from "./settings/units.ts";

/**
 * Reads typed settings: the environment before the home's config file before the default. Every problem is
 * remembered, so that all are told at once. What the file has wrong is a warning, and the default holds.
 */
export interface Settings {
  /** undefined when it is unset or empty: compose files pass what is unset as an empty text. */
  text<F extends string | undefined>(name: string, fallback: F): string | F;
  /** Whether somebody wrote something, in the environment or in the file. */
  isSet(name: string): boolean;
  /** A problem when it is not set. `help` says what to do. */
  needed(name: string, help: string): void;
  /** Only ever of the environment, and never among `held`. */
  secret(name: string): string | undefined;
  integer(name: string, fallback: number, range: { min: number; max: number }): number;
  /** Milliseconds; written as `90s`, `30m`, `2h` or a number of seconds. */
  duration(name: string, fallback: string, range: { minMs: number; maxMs: number }): number;
  /** Bytes; written as `500M`, `2G` or a number of bytes. */
  bytes(name: string, fallback: string, range: { min: string; max: string }): number;
  /** One of these words. */
  choice<T extends string, F extends T | undefined>(
    name: string,
    fallback: F,
    choices: readonly T[],
  ): T | F;
  /**
   * Separated by commas or blanks. What matches `pattern` holds; of the rest `shape` is told. `narrows`: without this
   * list more would be allowed, so that a wrong entry is a problem in the file too.
   */
  list(
    name: string,
    pattern: RegExp,
    shape: string,
    options?: { narrows: boolean },
  ): readonly string[];
  /** An absolute path; `~` is understood, since neither systemd nor compose expands it. */
  path(name: string): string | undefined;
  /** Absolute paths, separated by commas, colons or blanks. */
  paths(name: string): readonly string[];
  /** An http or https address without credentials, query, fragment and trailing slash. */
  url<F extends string | undefined = undefined>(name: string, fallback?: F): string | F;
  problem(words: string): void;
  /** How many problems there are so far. */
  problems(): number;
  /** All settings that were asked for so far, as they hold. */
  held(): readonly HeldSetting[];
  /** What is wrong in the file. */
  warnings(): readonly FileWarning[];
  /** @throws KugetsuError `invalid` that lists all problems, and where there is one these warnings as well */
  check(warnings?: readonly string[]): void;
}

/** What is to be said of one line of the config file. */
export interface FileWarning {
  readonly line: number;
  readonly words: string;
}

/** A setting as it holds. */
export interface HeldSetting {
  readonly name: string;
  /** As it would be written; undefined when it is not set and has no default. */
  readonly value: string | undefined;
  /** A number is a line of the config file. */
  readonly from: "environment" | "default" | number;
}

/** What somebody wrote. Without a line it stands in the environment. */
interface Given {
  readonly text: string;
  readonly line: number | undefined;
}

export interface SettingsSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: Pick<ConfigFile, "path" | "values">;
  /** What `~` means; undefined where no home directory is known. */
  readonly userHome: string | undefined;
}

export function createSettings({ env, file, userHome }: SettingsSources): Settings {
  const problems: string[] = [];
  const warnings: FileWarning[] = [];
  const held = new Map<string, HeldSetting>();

  const find = (name: string): Given | undefined => {
    const text = env[name]?.trim() ?? "";
    if (text !== "") return { text, line: undefined };
    const { value = "", line } = file.values.get(name) ?? {};
    return value.trim() === "" ? undefined : { text: value.trim(), line };
  };

  const wrong = (given: Given, words: string, instead: string | undefined) => {
    if (given.line === undefined) problems.push(words);
    else
      warnings.push({
        line: given.line,
        words: `${words} ${instead === undefined ? "It is left out." : `${instead} holds.`}`,
      });
  };

  const hold = (name: string, value: string | undefined, given: Given | undefined) => {
    const from = given === undefined ? "default" : (given.line ?? "environment");
    held.set(name, { name, value, from });
  };

  /** `parse` gives undefined for what the setting does not accept, of which `words` are told. */
  const read = <T>(
    name: string,
    parse: (text: string) => T | undefined,
    words: (text: string) => string,
    fallback?: string,
  ): T | undefined => {
    const given = find(name);
    const value = given === undefined ? undefined : parse(given.text);
    if (given !== undefined && value === undefined) wrong(given, words(given.text), fallback);
    if (value === undefined) hold(name, fallback, undefined);
    else hold(name, given?.text, given);
    return value ?? (fallback === undefined ? undefined : parse(fallback));
  };

  const readOr = <T>(fallback: string, ...[name, parse, words]: Parameters<typeof read<T>>): T => {
    const value = read(name, parse, words, fallback);
    if (value === undefined) throw new Error(`The default of ${name} is not accepted`);
    return value;
  };

  const absolute = (text: string): string | undefined => {
    const isOfHome = userHome !== undefined && /^~(?:\/|$)/.test(text);
    const path = isOfHome ? join(userHome, text.slice(1)) : text;
    return isAbsolute(path) ? resolve(path) : undefined;
  };

  /** The entries that are accepted; of the others words are told. */
  const entries = (
    name: string,
    split: RegExp,
    accept: (entry: string) => string | undefined,
    shape: string,
    options: { narrows: boolean } = { narrows: false },
  ): readonly string[] => {
    const given = find(name);
    const all = (given?.text ?? "").split(split).filter((entry) => entry !== "");
    const accepted = all.flatMap((entry) => accept(entry) ?? []);
    if (given !== undefined) {
      for (const entry of all.filter((each) => accept(each) === undefined)) {
        const words = `${name}: ${quote(entry)} is not ${shape}.`;
        if (options.narrows && given.line !== undefined)
          problems.push(`${file.path} line ${given.line}: ${words}`);
        else wrong(given, words, undefined);
      }
    }
    const isSet = accepted.length > 0;
    hold(name, isSet ? accepted.join(",") : undefined, isSet ? given : undefined);
    return accepted;
  };

  return {
    text: (name, fallback) => read(name, (text) => text, quote, fallback) ?? fallback,
    isSet: (name) => find(name) !== undefined,
    needed(name, help) {
      if (find(name) === undefined) problems.push(`${name} is not set: ${help}`);
    },
    secret: (name) => (env[name]?.trim() === "" ? undefined : env[name]),
    problem: (words) => void problems.push(words),
    problems: () => problems.length,
    integer: (name, fallback, { min, max }) =>
      readOr(
        String(fallback),
        name,
        (text) => {
          const number = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
          return number >= min && number <= max ? number : undefined;
        },
        (text) => `${name} must be a whole number from ${min} to ${max}, not ${quote(text)}.`,
      ),
    duration: (name, fallback, { minMs, maxMs }) =>
      readOr(
        fallback,
        name,
        (text) => {
          const ms = parseDuration(text);
          return ms !== undefined && ms >= minMs && ms <= maxMs ? ms : undefined;
        },
        (text) =>
          `${name} must be a duration from ${printDuration(minMs)} to ${printDuration(maxMs)}, such as 90s, 30m or 2h, not ${quote(text)}.`,
      ),
    bytes(name, fallback, { min, max }) {
      const [least = 0, most = 0] = [parseBytes(min), parseBytes(max)];
      return readOr(
        fallback,
        name,
        (text) => {
          const bytes = parseBytes(text);
          return bytes !== undefined && bytes >= least && bytes <= most ? bytes : undefined;
        },
        (text) =>
          `${name} must be a size from ${min} to ${max}, such as 500M or 2G, not ${quote(text)}.`,
      );
    },
    choice: (name, fallback, choices) =>
      read(
        name,
        (text) => choices.find((choice) => choice === text),
        (text) => `${name} must be one of ${choices.join(", ")}, not ${quote(text)}.`,
        fallback,
      ) ?? fallback,
    list: (name, pattern, shape, options) =>
      entries(name, /[\s,]+/, (entry) => (pattern.test(entry) ? entry : undefined), shape, options),
    path: (name) =>
      read(name, absolute, (text) => `${name} must be an absolute path, not ${quote(text)}.`),
    paths: (name) =>
      entries(
        name,
        /[\s,:]+/,
        (entry) => {
          const path = absolute(entry);
          return path === "/" ? undefined : path;
        },
        "an absolute path below /",
      ),
    // Not quoted: an address that is refused for its credentials would show them.
    url: <F extends string | undefined>(name: string, fallback?: F) =>
      (read(
        name,
        parseUrl,
        () =>
          `${name} must be an address such as https://git.example.org, without user, query and fragment.`,
        fallback,
      ) ?? fallback) as string | F,
    held: () => [...held.values()],
    warnings: () => warnings,
    check(alsoWrong = []) {
      if (problems.length === 0) return;
      const all = [...problems, ...alsoWrong];
      const [only] = all;
      throw new KugetsuError(
        "invalid",
        all.length === 1 && only !== undefined
          ? only
          : `${all.length} settings are wrong:\n${all.map((words) => `- ${words}`).join("\n")}`,
        {
          hint: "Settings are environment variables, or lines of KUGETSU_HOME/config; `kugetsu help serve` lists them.",
        },
      );
    },
  };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
