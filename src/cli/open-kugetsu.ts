import type { WorkConfig } from "../config.ts";
import { createKugetsu, type Kugetsu } from "../kugetsu/kugetsu.ts";
import { botIdentity } from "./bot-identity.ts";
import type { Io } from "./command.ts";
import { loadWorkConfig } from "./read-config.ts";

/** The core for one command on its owner's machine: a sandbox where there is one, no agent that waits. */
export async function openKugetsu(
  io: Pick<Io, "env" | "stderr">,
): Promise<Kugetsu & { readonly config: WorkConfig }> {
  const config = await loadWorkConfig(io);
  const kugetsu = await createKugetsu({
    home: config.home,
    environment: config.secrets.environment,
    pass: config.agentEnvPass,
    secrets: config.secrets.own,
    identity: () => botIdentity(config, io),
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
