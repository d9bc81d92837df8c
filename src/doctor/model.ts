import { NOBODY } from "../kugetsu/git/place.ts";
import { agentEnvironment } from "../kugetsu/env/agent.ts";
import { describeModel, type ModelInForce } from "../kugetsu/opencode/describe.ts";
import { operatorConfig } from "../kugetsu/opencode/operator.ts";
import { needsKey } from "../kugetsu/opencode/providers.ts";
import { type Check, type Finding, ok, problem, type Subject, warning } from "./check.ts";

const CONFIGURE =
  'Name one in ~/.config/opencode/opencode.json ("model": "provider/model"), or in OPENCODE_CONFIG_CONTENT; docs/configuration.md says more.';
const GIVE_KEY =
  "`opencode auth login` stores one, or `kugetsu env set NAME -` puts its variable into default.env.";

/** Which model agents get, and whether its provider has a key; the key itself is never shown. */
export const model: Check = {
  name: "model",
  async look(subject) {
    const file = (await subject.envFiles()).get("default");
    // That the file cannot be read is said elsewhere.
    const defaultEnv = file !== undefined && "variables" in file ? file.variables : new Map();
    const operator = await operatorConfig({ environment: subject.env, defaultEnv });
    return judge(describeModel(operator, environmentOf(subject, defaultEnv)));
  },
};

function environmentOf(
  { env, config }: Subject,
  defaultEnv: ReadonlyMap<string, string>,
): Record<string, string> {
  return agentEnvironment({
    kind: "dev",
    source: env,
    defaultEnv,
    pass: config?.agentEnvPass ?? [],
    identity: NOBODY,
    tempDir: "/tmp",
    secrets: [],
  });
}

function judge({ model: name, providers, withKey, withAddress }: ModelInForce): Finding {
  if (providers.length === 0) return problem("opencode has no model that it may use.", CONFIGURE);
  if (name === undefined) {
    const words = `opencode chooses one itself, of ${providers.join(", ")}.`;
    return withKey.length + withAddress.length > 0
      ? warning(words, CONFIGURE)
      : problem(`${words} None of them has a key.`, GIVE_KEY);
  }
  const provider = name.slice(0, Math.max(0, name.indexOf("/")));
  if (provider === "") return problem(`The model ${name} names no provider.`, CONFIGURE);
  if (!providers.includes(provider)) {
    return problem(
      `${name}: its provider is not among the enabled ones (${providers.join(", ")}).`,
      "Add it to enabled_providers in opencode's configuration.",
    );
  }
  if (withKey.includes(provider)) return ok(`${name}; there is a key for ${provider}.`);
  if (withAddress.includes(provider))
    return ok(`${name}, at an address of your own without a key.`);
  return (needsKey(provider) ? problem : warning)(
    `${name}: there is no key for ${provider}.`,
    GIVE_KEY,
  );
}
