import { KugetsuError } from "../kugetsu/errors.ts";
import { createKugetsu, type Kugetsu } from "../kugetsu/kugetsu.ts";
import type { Io } from "./command.ts";
import { existingHome } from "./existing-home.ts";
import { loadCoreConfig } from "./read-config.ts";

/**
 * Opens the core of a home that is there, beside whatever else works on it. No agent is run by it.
 * @throws KugetsuError `not_found` when there is none yet
 */
export async function openKugetsu(io: Io): Promise<Kugetsu> {
  const { path, database, isShell } = existingHome(io);
  if (database === undefined && !isShell) {
    throw new KugetsuError("not_found", `There is no kugetsu in ${path} yet.`, {
      hint: "Is KUGETSU_HOME the one that you mean?",
    });
  }
  const config = await loadCoreConfig(io);
  return createKugetsu({
    home: config.home,
    environment: config.secrets.environment,
    identity: async () => ({ name: "kugetsu", email: "kugetsu@localhost" }),
    opencodeBinary: config.opencodeBinary,
    idleAgents: 0,
    tempDir: config.tempDir,
    sandbox: config.sandbox ?? "preferred",
    sandboxRead: config.sandboxRead,
    boxLimits: config.boxLimits,
    warn: (message) => io.stderr.write(`kugetsu: ${message}\n`),
  });
}
