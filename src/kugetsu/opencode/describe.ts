import { agentConfig } from "./agent-config.ts";
import { isObject, mergeLayers, type JsonObject } from "./merge.ts";
import type { OpencodeConfig } from "./operator.ts";
import { operatorsProviders, providersWithKey } from "./providers.ts";

/** What the operator's configuration comes to, without any secret. */
export interface ModelInForce {
  /** `provider/model`; undefined leaves the choice to opencode. */
  readonly model: string | undefined;
  /** The providers that agents may use. */
  readonly providers: readonly string[];
  /** Those among them that have a key. */
  readonly withKey: readonly string[];
  /** Those among them whose address the configuration gives: they may need no key. */
  readonly withAddress: readonly string[];
}

/**
 * @param env the agent's environment
 * @throws KugetsuError `invalid` when the configuration is broken
 */
export function describeModel(
  operator: OpencodeConfig,
  env: Readonly<Record<string, string>>,
): ModelInForce {
  const config = mergeLayers(operator);
  const providers = operatorsProviders(config, operator.auth, env);
  const keys = providersWithKey(operator.auth, env);
  return {
    model: agentConfig(operator, env, []).model,
    providers,
    withKey: providers.filter((name) => keys.has(name) || hasOption(config, name, "apiKey")),
    withAddress: providers.filter((name) => hasOption(config, name, "baseURL")),
  };
}

function hasOption(config: JsonObject, provider: string, option: string): boolean {
  const all = config["provider"];
  const one = isObject(all) ? all[provider] : undefined;
  const options = isObject(one) ? one["options"] : undefined;
  const value = isObject(options) ? options[option] : undefined;
  return typeof value === "string" && value !== "";
}
