import { join } from "node:path";
import { readHome, readWorkConfig, userHomeOf, type WorkConfig } from "../config.ts";
import { type ConfigFile, readConfigFile } from "../kugetsu/config-file/read.ts";
import type { Io } from "./command.ts";

/** The config file of KUGETSU_HOME, which need not be there. @throws KugetsuError when it cannot be read */
export async function readHomeConfig({
  env,
  stderr,
}: Pick<Io, "env" | "stderr">): Promise<ConfigFile> {
  return readConfigFile(join(readHome(env), "config"), {
    userHome: userHomeOf(env),
    warn: (message) => stderr.write(`kugetsu: ${message}\n`),
  });
}

/** What turns need, from environment and config file; what is wrong in the file is said on stderr. */
export async function loadWorkConfig(io: Pick<Io, "env" | "stderr">): Promise<WorkConfig> {
  const config = readWorkConfig(io.env, await readHomeConfig(io));
  for (const warning of config.warnings) io.stderr.write(`kugetsu: ${warning}\n`);
  return config;
}
