import { isObject, type JsonObject } from "./merge.ts";

/**
 * The providers that the operator's configuration, credentials and keys speak of. Any other is shut off: without a
 * usable model opencode silently takes one that a third party hosts, and the repository's text would go there.
 */
export function operatorsProviders(
  config: JsonObject,
  auth: string | undefined,
  env: Readonly<Record<string, string>>,
): readonly string[] {
  const own = config["enabled_providers"];
  if (Array.isArray(own)) return own.filter((name) => typeof name === "string");
  const names = new Set<string>();
  for (const model of models(config)) names.add(model.slice(0, Math.max(0, model.indexOf("/"))));
  for (const name of keysOf(config["provider"])) names.add(name);
  for (const name of providersWithKey(auth, env)) names.add(name);
  names.delete("");
  return [...names].toSorted();
}

/** The providers that the credentials or a variable have a key for. */
export function providersWithKey(
  auth: string | undefined,
  env: Readonly<Record<string, string>>,
): ReadonlySet<string> {
  const names = new Set(keysOf(parsed(auth)));
  for (const [variable, provider] of Object.entries(PROVIDER_OF_KEY))
    if (env[variable]) names.add(provider);
  return names;
}

/** Whether nothing works with that provider as long as no key for it is there. */
export function needsKey(provider: string): boolean {
  return !WITHOUT_KEY.has(provider) && Object.values(PROVIDER_OF_KEY).includes(provider);
}

/** One has models for everybody, the other runs on the machine itself. */
const WITHOUT_KEY: ReadonlySet<string> = new Set(["opencode", "lmstudio"]);

/**
 * Whether the configuration says all there is to know about these providers, as it does for a self-hosted model. Then
 * opencode need not read its list of all providers there are, which costs it a second with every start.
 */
export function isSelfContained(config: JsonObject, providers: readonly string[]): boolean {
  const listed = new Set(Object.values(PROVIDER_OF_KEY));
  const isDefined = (name: string) => {
    const provider = isObject(config["provider"]) ? config["provider"][name] : undefined;
    if (!isObject(provider) || typeof provider["npm"] !== "string" || listed.has(name))
      return false;
    const hasUrl =
      isObject(provider["options"]) && typeof provider["options"]["baseURL"] === "string";
    return hasUrl && keysOf(provider["models"]).length > 0;
  };
  return providers.length > 0 && providers.every(isDefined);
}

function* models(config: JsonObject): Generator<string> {
  for (const name of ["model", "small_model"])
    if (typeof config[name] === "string") yield config[name];
  for (const group of ["agent", "mode", "command"]) {
    const entries = config[group];
    if (!isObject(entries)) continue;
    for (const entry of Object.values(entries)) {
      if (isObject(entry) && typeof entry["model"] === "string") yield entry["model"];
    }
  }
}

function keysOf(value: unknown): readonly string[] {
  return isObject(value) ? Object.keys(value) : [];
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The `env` of opencode's list of providers (models.dev). Of several providers for one variable, the one whose own
// it is; whoever wants another one names it in the configuration.
const PROVIDER_OF_KEY: Readonly<Record<string, string>> = {
  AI_GATEWAY_API_KEY: "vercel",
  ANTHROPIC_API_KEY: "anthropic",
  AZURE_API_KEY: "azure",
  BASETEN_API_KEY: "baseten",
  CEREBRAS_API_KEY: "cerebras",
  CHUTES_API_KEY: "chutes",
  COHERE_API_KEY: "cohere",
  DASHSCOPE_API_KEY: "alibaba",
  DEEPINFRA_API_KEY: "deepinfra",
  DEEPSEEK_API_KEY: "deepseek",
  FIREWORKS_API_KEY: "fireworks-ai",
  GEMINI_API_KEY: "google",
  GOOGLE_API_KEY: "google",
  GOOGLE_GENERATIVE_AI_API_KEY: "google",
  GROQ_API_KEY: "groq",
  HELICONE_API_KEY: "helicone",
  INCEPTION_API_KEY: "inception",
  KIMI_API_KEY: "kimi-for-coding",
  LLAMA_API_KEY: "llama",
  LMSTUDIO_API_KEY: "lmstudio",
  MINIMAX_API_KEY: "minimax",
  MISTRAL_API_KEY: "mistral",
  MOONSHOT_API_KEY: "moonshotai",
  MORPH_API_KEY: "morph",
  NEBIUS_API_KEY: "nebius",
  NOVITA_API_KEY: "novita-ai",
  NVIDIA_API_KEY: "nvidia",
  OLLAMA_API_KEY: "ollama-cloud",
  OPENAI_API_KEY: "openai",
  OPENCODE_API_KEY: "opencode",
  OPENROUTER_API_KEY: "openrouter",
  OVHCLOUD_API_KEY: "ovhcloud",
  PERPLEXITY_API_KEY: "perplexity",
  POE_API_KEY: "poe",
  REQUESTY_API_KEY: "requesty",
  SCALEWAY_API_KEY: "scaleway",
  SILICONFLOW_API_KEY: "siliconflow",
  SYNTHETIC_API_KEY: "synthetic",
  TOGETHER_API_KEY: "togetherai",
  UPSTAGE_API_KEY: "upstage",
  V0_API_KEY: "v0",
  VENICE_API_KEY: "venice",
  VULTR_API_KEY: "vultr",
  XAI_API_KEY: "xai",
  ZHIPU_API_KEY: "zhipuai",
};
