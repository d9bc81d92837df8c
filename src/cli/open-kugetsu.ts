import { type CoreConfig, readCoreConfig } from "../config.ts";
import type { Identity } from "../kugetsu/git/place.ts";
import { createKugetsu, type Kugetsu } from "../kugetsu/kugetsu.ts";
import type { Io } from "./command.ts";

/**
 * The core for one command on its owner's machine: a sandbox where there is one, no agent that waits.
 *
 * @param identity who commits; whoever it is where the command commits nothing
 */
export async function openKugetsu(
  io: Pick<Io, "env" | "stderr">,
  identity: () => Promise<Identity> = async () => NOBODY,
): Promise<Kugetsu & { readonly config: CoreConfig }> {
  const config = readCoreConfig(io.env);
  const secrets = ["GITEA_TOKEN", "GITEA_WEBHOOK_SECRET"].map((name) => io.env[name]);
  const kugetsu = await createKugetsu({
    home: config.home,
    environment: config.secrets.environment,
    pass: config.agentEnvPass,
    secrets: secrets.filter((secret) => secret !== undefined),
    identity,
    opencodeBinary: config.opencodeBinary,
    idleAgents: 0,
    tempDir: config.tempDir,
    sandbox: config.sandbox ?? "preferred",
    sandboxRead: config.sandboxRead,
    boxLimits: config.boxLimits,
    minFreeDisk: config.minFreeDisk,
    warn: (message) => io.stderr.write(`kugetsu: ${message}\n`),
  });
  return { ...kugetsu, config };
}

const NOBODY = { name: "kugetsu", email: "kugetsu@localhost" };
