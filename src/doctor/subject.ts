import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readConfig, readHome, readWorkConfig, userHomeOf } from "../config.ts";
import { type ConfigFile, readConfigFile } from "../kugetsu/config-file/read.ts";
import { type Inspection, inspectDatabase } from "../kugetsu/db/inspect.ts";
import { parseEnv } from "../kugetsu/env/lines.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { DATABASE } from "../kugetsu/home.ts";
import { createForgeFile } from "../forges/file.ts";
import type { EnvFile, FoundForges, Subject } from "./check.ts";
import { readSmallFile } from "./small-file.ts";

/** The installation that this environment speaks of. Nothing is made or changed. */
export async function openSubject(env: Subject["env"]): Promise<Subject & Disposable> {
  const wrong = new Set<string>();
  const orWrong = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof KugetsuError)) throw error;
      for (const words of problemsIn(error.message)) wrong.add(words);
      return undefined;
    }
  };
  const home = orWrong(() => readHome(env));
  const doubts: string[] = [];
  const file = await fileOf(home, env, wrong);
  const config = orWrong(() => readWorkConfig(env, file));
  doubts.push(...(config?.warnings ?? []));
  // Only a server has a secret for webhooks, and then it needs all of its settings.
  if (env["GITEA_WEBHOOK_SECRET"] || env["GITHUB_WEBHOOK_SECRET"])
    orWrong(() => readConfig(env, file));

  let opened: Inspection | undefined;
  return {
    env,
    home,
    config,
    wrongSettings: [...wrong],
    doubtfulSettings: doubts,
    forges: once(async () => (home === undefined ? undefined : readForges(home, config))),
    envFiles: once(async () => (home === undefined ? new Map() : readEnvFiles(join(home, "env")))),
    database: once(async () => {
      const path = join(home ?? "", DATABASE);
      if (home === undefined || !(await isThere(path))) return undefined;
      opened = inspectDatabase(path);
      return opened;
    }),
    [Symbol.dispose]: () => {
      opened?.[Symbol.dispose]();
    },
  };
}

/** The home's config file; none where it cannot be used, which `wrong` is told. */
async function fileOf(
  home: string | undefined,
  env: Subject["env"],
  wrong: Set<string>,
): Promise<ConfigFile | undefined> {
  if (home === undefined) return undefined;
  try {
    return await readConfigFile(join(home, "config"), {
      userHome: userHomeOf(env),
      tighten: false,
    });
  } catch (error) {
    if (!(error instanceof KugetsuError)) throw error;
    for (const words of problemsIn(error.message)) wrong.add(words);
    return undefined;
  }
}

/** `2 settings are wrong:` and a line for each, or the only one. */
function problemsIn(message: string): readonly string[] {
  const lines = message.split("\n");
  return lines.length === 1 ? lines : lines.slice(1).map((line) => line.replace(/^- /, ""));
}

async function readForges(home: string, config: Subject["config"]): Promise<FoundForges> {
  const environment = config?.forges ?? [];
  try {
    const { forges, warnings, secrets } = await createForgeFile(home, environment).load();
    return {
      settings: [...environment, ...forges],
      secrets,
      wrong: warnings.map((words) => ({ words })),
    };
  } catch (error) {
    if (!(error instanceof KugetsuError)) throw error;
    return {
      settings: environment,
      secrets: [],
      wrong: [{ words: error.message, advice: error.hint }],
    };
  }
}

async function readEnvFiles(directory: string): Promise<ReadonlyMap<string, EnvFile>> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
  const files = names.filter((name) => name.endsWith(".env")).toSorted();
  const read = files.map(
    async (name) => [name.slice(0, -".env".length), await readEnvFile(directory, name)] as const,
  );
  return new Map(await Promise.all(read));
}

async function readEnvFile(directory: string, name: string): Promise<EnvFile> {
  try {
    const lines = parseEnv(await readSmallFile(join(directory, name)), name);
    const pairs = lines.flatMap((line) =>
      line.kind === "assignment" ? [[line.name, line.value] as const] : [],
    );
    return { variables: new Map(pairs) };
  } catch (error) {
    if (!(error instanceof KugetsuError)) throw error;
    return { why: error.message, advice: error.hint };
  }
}

async function isThere(file: string): Promise<boolean> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  return found !== undefined;
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= read());
}
