import { isObject, mergeConfig, mergeLayers, type JsonObject } from "./merge.ts";
import type { OpencodeConfig } from "./operator.ts";
import { decideAgentPermission, decidePermission } from "./permission.ts";
import { isSelfContained, operatorsProviders } from "./providers.ts";

/** What an agent's opencode is configured with. */
export interface AgentConfig {
  /** The whole text of its only configuration file. */
  readonly text: string;
  /** The model that was asked for, `provider/model`; undefined leaves the choice to opencode. */
  readonly model: string | undefined;
  readonly auth: string | undefined;
  /** It says all about its providers, so that opencode's own list of them is not needed. */
  readonly selfContained: boolean;
  /** Values in it that must not get into a message. */
  readonly secrets: readonly string[];
}

/**
 * The operator's configuration with kugetsu's own settings over it.
 *
 * @param env the agent's environment: which providers have a key in it
 * @param open directories outside the working directory that the agent may use
 * @param instructions absolute path of a file that stands in its instructions beside the operator's own
 * @throws KugetsuError `invalid`, which names the layer that is broken
 */
export function agentConfig(
  operator: OpencodeConfig,
  env: Readonly<Record<string, string>>,
  open: readonly string[],
  instructions?: string,
): AgentConfig {
  const { server: _, autoshare: __, ...own } = mergeLayers(operator);
  const patterns = open.map((directory) => `${directory}/*`);
  const providers = operatorsProviders(own, operator.auth, env);
  const config = mergeConfig(own, {
    $schema: "https://opencode.ai/config.json",
    share: "disabled",
    autoupdate: false,
    // Snapshots copy the whole worktree into opencode's data with every turn; git does that job here.
    snapshot: false,
    enabled_providers: providers,
    ...(instructions === undefined
      ? {}
      : { instructions: [...listOf(own["instructions"]), instructions] }),
  });
  const text = JSON.stringify({
    ...config,
    permission: decidePermission(own["permission"], patterns),
    ...decidedAgents(own, "agent", patterns),
    ...decidedAgents(own, "mode", patterns),
  });
  return {
    text,
    model: modelOf(own),
    auth: operator.auth,
    selfContained: isSelfContained(own, providers),
    secrets: operatorSecrets(operator, own),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A model that the agent itself is given goes before the common one. */
function modelOf(config: JsonObject): string | undefined {
  const name = config["default_agent"];
  const agents = config["agent"];
  const agent = isObject(agents) ? agents[typeof name === "string" ? name : "build"] : undefined;
  const model = (isObject(agent) ? agent["model"] : undefined) ?? config["model"];
  return typeof model === "string" ? model : undefined;
}

function decidedAgents(config: JsonObject, group: string, open: readonly string[]): JsonObject {
  const agents = config[group];
  if (!isObject(agents)) return {};
  const decided = Object.entries(agents).map(([name, agent]) => {
    if (!isObject(agent) || agent["permission"] === undefined) return [name, agent];
    return [name, { ...agent, permission: decideAgentPermission(agent["permission"], open) }];
  });
  return { [group]: Object.fromEntries(decided) };
}

const SECRET_NAME = /key|token|secret|password|authorization|access|refresh/i;

/** Every text under a name that sounds like a credential. */
export function secretsOf(value: unknown, name = ""): readonly string[] {
  if (typeof value === "string") return SECRET_NAME.test(name) && value.length >= 6 ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => secretsOf(item, name));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => secretsOf(item, key));
}

/** The secrets in the operator's configuration and credentials. @throws KugetsuError `invalid` as `agentConfig` does */
export function operatorSecrets(
  operator: OpencodeConfig,
  merged: JsonObject = mergeLayers(operator),
): readonly string[] {
  return [...secretsOf(merged), ...secretsOf(parsed(operator.auth))];
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // opencode takes broken credentials for none.
    return undefined;
  }
}
