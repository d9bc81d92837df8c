import { mkdir, readdir, stat, chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KugetsuError } from "../errors.ts";
import { checkVariableName, type EnvLine, formatAssignment, parseEnv } from "./lines.ts";
import { readPrivateFile, writePrivateFile } from "./private-file.ts";

/** The files that agents get: `default` for all, `pm-agent` over it for PM agents. */
const ENV_FILES = ["default", "pm-agent"] as const;

/** Stays for good, so its name does not end as those do that prune removes. */
const LOCK = ".lock-of-changes";
const PATIENCE_MS = 15_000;

/** Variables for agents, one file per kind. A file is named without its `.env`. Every call reads anew. */
export interface EnvFiles {
  /** Names of the files that there are, and of the two that agents get in any case. */
  list(): Promise<string[]>;
  /** Makes those of the two files that agents get which are missing, empty. */
  ensure(): Promise<void>;
  /** Empty when there is no such file. @throws KugetsuError `failed` that names a malformed line */
  read(file: string): Promise<Map<string, string>>;
  get(file: string, name: string): Promise<string | undefined>;
  /** Keeps comments and order. @throws KugetsuError `invalid` for a bad name or a value of several lines */
  set(file: string, name: string, value: string): Promise<void>;
  /** Returns false when it was not there. */
  remove(file: string, name: string): Promise<boolean>;
  /** Absolute path of a file. */
  path(file: string): string;
}

/**
 * @param directory absolute; made 0700 when missing
 * @param options.warn is told when modes were too wide and have been tightened
 */
export function createEnvFiles(
  directory: string,
  options: { warn?: (message: string) => void } = {},
): EnvFiles {
  const path = (file: string) => {
    checkFileName(file);
    return join(directory, `${file}.env`);
  };

  async function lines(file: string): Promise<EnvLine[]> {
    await makePrivateDirectory(directory, options.warn);
    const text = await readPrivateFile(path(file), options.warn);
    return text === undefined ? [] : parseEnv(text, `${file}.env`);
  }

  async function change(
    file: string,
    edit: (lines: EnvLine[]) => readonly string[] | undefined,
  ): Promise<boolean> {
    const target = path(file);
    await makePrivateDirectory(directory, options.warn);
    // Loaded where it is needed: who only reads does not wait for the driver of the database.
    const { holdFileLock } = await import("../file-lock.ts");
    using _lock = await holdFileLock(join(directory, LOCK), PATIENCE_MS);
    const changed = edit(await lines(file));
    if (changed === undefined) return false;
    await writePrivateFile(target, changed.map((line) => `${line}\n`).join(""));
    return true;
  }

  return {
    path,
    async ensure() {
      await makePrivateDirectory(directory, options.warn);
      for (const file of ENV_FILES) await makeFile(path(file));
    },
    async list() {
      await makePrivateDirectory(directory, options.warn);
      const found = (await readdir(directory))
        .filter((name) => name.endsWith(".env"))
        .map((name) => name.slice(0, -".env".length))
        .filter((name) => isFileName(name));
      return [...new Set([...ENV_FILES, ...found.toSorted()])];
    },
    async read(file) {
      return new Map(assignments(await lines(file)));
    },
    async get(file, name) {
      checkVariableName(name);
      return new Map(assignments(await lines(file))).get(name);
    },
    async set(file, name, value) {
      const assignment = formatAssignment(name, value);
      await change(file, (before) => {
        // The last assignment is the one in force; earlier ones of the same name would only mislead.
        const last = before.findLastIndex((line) => isOf(line, name));
        const after = before.flatMap((line, index) => {
          if (index === last) return [assignment];
          return isOf(line, name) ? [] : [line.text];
        });
        return last === -1 ? [...after, assignment] : after;
      });
    },
    async remove(file, name) {
      checkVariableName(name);
      return change(file, (before) => {
        const after = before.filter((line) => !isOf(line, name));
        return after.length === before.length ? undefined : after.map((line) => line.text);
      });
    },
  };
}

function assignments(lines: readonly EnvLine[]): [string, string][] {
  return lines.flatMap((line) =>
    line.kind === "assignment" ? [[line.name, line.value] as [string, string]] : [],
  );
}

function isOf(line: EnvLine, name: string): boolean {
  return line.kind === "assignment" && line.name === name;
}

function isFileName(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/.test(name);
}

function checkFileName(name: string): void {
  if (isFileName(name)) return;
  throw new KugetsuError(
    "invalid",
    `${JSON.stringify(name.slice(0, 60))} is no name of an env file.`,
    {
      hint: "The env files are `default` (all agents) and `pm-agent`.",
    },
  );
}

async function makeFile(path: string): Promise<void> {
  try {
    await writeFile(path, "", { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

async function makePrivateDirectory(
  path: string,
  warn: ((message: string) => void) | undefined,
): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return;
  await chmod(path, 0o700);
  warn?.(`${path} was open to other users; its mode is now 0700.`);
}
