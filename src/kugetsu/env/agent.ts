import { isAbsolute } from "node:path";
import type { PmAccess } from "../options.ts";
import { PROVIDER_KEYS } from "./provider-keys.ts";
import {
  isForgeCredential,
  OPENCODE_CONFIGURATION,
  withheldName,
  withheldValue,
} from "./withheld.ts";

export interface AgentEnvironmentOptions {
  readonly kind: "dev" | "pm";
  /** The environment of this process. */
  readonly source: Readonly<Record<string, string | undefined>>;
  /** What `default.env` says; it wins over `source`. */
  readonly defaultEnv: ReadonlyMap<string, string>;
  /** What `pm-agent.env` says; only a PM agent gets it, over `default.env`. */
  readonly pmEnv?: ReadonlyMap<string, string> | undefined;
  /** AGENT_ENV_PASS: further names to take from `source`. */
  readonly pass: readonly string[];
  /** The bot's account on the forge. */
  readonly identity: { readonly name: string; readonly email: string };
  /** Absolute path, as the agent sees it. */
  readonly tempDir: string;
  /** The forge's address, for a PM agent. */
  readonly giteaUrl?: string | undefined;
  /** What of `pmEnv` is for that forge; all of it unless told. */
  readonly pmAccess?: PmAccess | undefined;
  readonly providerKeyNames?: readonly string[];
  /** The bot's own secrets: no variable that holds one is handed on from `source` or `default.env`. */
  readonly secrets: readonly string[];
  /** Told about each variable that somebody asked for and the agent does not get; never its value. */
  readonly withheld?: (name: string, why: string) => void;
}

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"];
const BASE = ["LANG", "TERM", "TZ", ...PROXIES, ...PROXIES.map((name) => name.toLowerCase())];
const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin";

/**
 * The whole environment of an agent, without what the runner adds (HOME, TMPDIR, and over the operator's OPENCODE_* its own). Nothing of
 * the process' environment reaches it but what is named here; a dev agent has no forge credential, a PM agent only
 * that of `pm-agent.env`.
 */
export function agentEnvironment(options: AgentEnvironmentOptions): Record<string, string> {
  const { source, identity } = options;
  const environment = new Map<string, string>();

  const offer = (
    name: string,
    value: string | undefined,
    allowed: { forgeCredential: boolean },
  ) => {
    if (value === undefined || value === "") return;
    const why = whyWithheld(name, value, options.secrets, allowed.forgeCredential);
    if (why === undefined) environment.set(name, value);
    else options.withheld?.(name, why);
  };

  environment.set("PATH", agentPath(source["PATH"]));
  for (const name of BASE) if (source[name]) environment.set(name, source[name]);

  const named = [
    ...(options.providerKeyNames ?? PROVIDER_KEYS),
    ...OPENCODE_CONFIGURATION,
    ...options.pass,
  ];
  for (const name of new Set(named)) offer(name, source[name], { forgeCredential: false });
  for (const [name, value] of options.defaultEnv) offer(name, value, { forgeCredential: false });
  if (options.kind === "pm") {
    const { giteaUrl, pmAccess } = options;
    if (giteaUrl !== undefined) environment.set(pmAccess?.urlName ?? "GITEA_URL", giteaUrl);
    for (const [name, value] of options.pmEnv ?? []) {
      const why = pmAccess?.whyWithheld(name);
      if (why === undefined) offer(name, value, { forgeCredential: true });
      else options.withheld?.(name, why);
    }
  }

  environment.set("KUGETSU_TEMP_DIR", options.tempDir);
  for (const role of ["AUTHOR", "COMMITTER"]) {
    environment.set(`GIT_${role}_NAME`, identity.name);
    environment.set(`GIT_${role}_EMAIL`, identity.email);
  }
  return Object.fromEntries(environment);
}

function whyWithheld(
  name: string,
  value: string,
  secrets: readonly string[],
  forgeCredential: boolean,
): string | undefined {
  const why = withheldName(name);
  if (why !== undefined) return why;
  // In `pm-agent.env` the operator wrote the PM agent's token on purpose, and it may be the bot's own one.
  if (isForgeCredential(name))
    return forgeCredential ? undefined : "a forge token belongs into pm-agent.env alone";
  return withheldValue(value, secrets);
}

/** PATH without what npm puts there for its scripts, and without relative entries: those lie in the repository. */
function agentPath(path: string | undefined): string {
  const kept = (path ?? "")
    .split(":")
    .filter((entry) => isAbsolute(entry))
    .filter((entry) => !/\/node_modules\/\.bin\/?$|\/node-gyp-bin\/?$/.test(entry));
  return kept.length === 0 ? SYSTEM_PATH : [...new Set(kept)].join(":");
}
