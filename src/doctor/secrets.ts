import { secretsIn } from "../kugetsu/env/secrets.ts";
import { PROVIDER_KEYS } from "../kugetsu/env/provider-keys.ts";
import { operatorSecrets } from "../kugetsu/opencode/agent-config.ts";
import { operatorConfig } from "../kugetsu/opencode/operator.ts";
import { secretsOf } from "../forges/setting.ts";
import { isSecret, OWN_SECRETS } from "../own-secrets.ts";
import { createMask, type Mask } from "../secrets.ts";
import type { Subject } from "./check.ts";

/** Hides every secret that can be found, wherever it may have got into what is told. */
export async function maskOf(subject: Subject): Promise<Mask> {
  const secrets = [...OWN_SECRETS, ...PROVIDER_KEYS].map((name) => {
    const secret = subject.env[name] ?? "";
    return isSecret(name, secret) ? secret : "";
  });
  secrets.push(...((await subject.forges())?.settings.flatMap(secretsOf) ?? []));
  const files = await subject.envFiles().catch(() => new Map<string, never>());
  for (const file of files.values())
    if ("variables" in file) secrets.push(...secretsIn(Object.fromEntries(file.variables)));
  const operator = await operatorSecretsOf(subject).catch(() => []);
  secrets.push(...operator);
  const known = secrets.filter((secret) => secret !== "");
  return createMask(() => known);
}

async function operatorSecretsOf(subject: Subject): Promise<readonly string[]> {
  const file = (await subject.envFiles()).get("default");
  const defaultEnv = file !== undefined && "variables" in file ? file.variables : new Map();
  return operatorSecrets(await operatorConfig({ environment: subject.env, defaultEnv }));
}
