import { pmAccess } from "../forges/pm-access.ts";
import { type ForgeRegistry, openForgeRegistry } from "../forges/registry.ts";
import { createKugetsu, type Kugetsu } from "../kugetsu/kugetsu.ts";
import { botIdentity } from "./bot-identity.ts";
import type { Io } from "./command.ts";
import { loadWorkConfig } from "./read-config.ts";

/** The core for one command on its owner's machine: a sandbox where there is one, no agent that waits. */
export async function openKugetsu(
  io: Pick<Io, "env" | "stderr">,
): Promise<Kugetsu & { readonly forges: ForgeRegistry }> {
  const config = await loadWorkConfig(io);
  const warn = (message: string) => io.stderr.write(`kugetsu: ${message}\n`);
  const secrets = new Set(config.secrets.own);
  const forges = await openForgeRegistry({
    home: config.home,
    environment: config.forges,
    learn: (secret) => secrets.add(secret),
    warn,
  });
  const kugetsu = await createKugetsu({
    home: config.home,
    environment: config.secrets.environment,
    pass: config.agentEnvPass,
    secrets: [...secrets],
    identity: (instance) => botIdentity(forges, instance, io),
    pmAccess: (url) =>
      pmAccess(
        forges.all().map(({ setting }) => setting),
        url,
      ),
    opencodeBinary: config.opencodeBinary,
    idleAgents: 0,
    tempDir: config.tempDir,
    sandbox: config.sandbox ?? "preferred",
    sandboxRead: config.sandboxRead,
    boxLimits: config.boxLimits,
    minFreeDisk: config.minFreeDisk,
    warn,
  });
  return { ...kugetsu, forges };
}
