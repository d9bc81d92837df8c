import type { AgentPlace } from "../runner.ts";
import type { AgentHome } from "./home.ts";

/** What makes one process of opencode recognisable, inside and out. */
export interface ProcessMarks {
  /** Unique to the process; stands as `KUGETSU_AGENT` in its environment and in that of whatever it starts. */
  readonly id: string;
  /** Keeps everybody else off its port. The agent has it in its environment. */
  readonly password: string;
}

/** The whole environment of an opencode process: the agent's own, and what says how opencode runs. */
export function opencodeEnvironment(
  place: AgentPlace,
  paths: AgentHome,
  marks: ProcessMarks,
  ripgrep: string | undefined,
): Record<string, string> {
  // The operator's configuration is merged into the one file of the agent. Left in here it would win over that, and so
  // would OPENCODE_PERMISSION and others; what stays is the key of opencode's own provider.
  const env = Object.fromEntries(
    Object.entries(place.env).filter(
      ([name]) => !name.startsWith("OPENCODE_") || name === "OPENCODE_API_KEY",
    ),
  );
  const path = env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
  return {
    ...env,
    PATH: ripgrep === undefined ? path : `${path}:${ripgrep}`,
    HOME: paths.home,
    TMPDIR: paths.temp,
    XDG_CONFIG_HOME: paths.config,
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_PROJECT_CONFIG: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    OPENCODE_DISABLE_EXTERNAL_SKILLS: "1",
    OPENCODE_DISABLE_CLAUDE_CODE: "1",
    // An index of all files, for people who look for one: it delays the first request in a large repository.
    OPENCODE_DISABLE_FFF: "1",
    OPENCODE_EXPERIMENTAL_DISABLE_FILEWATCHER: "1",
    ...(paths.providers === undefined ? {} : { OPENCODE_MODELS_PATH: paths.providers }),
    OPENCODE_SERVER_PASSWORD: marks.password,
    KUGETSU_AGENT: marks.id,
    KUGETSU_LEASE: place.lease,
  };
}

/** Directories outside its working directory that an agent may use. */
export function openDirectories(
  place: AgentPlace,
  paths: AgentHome,
  ownTmp: boolean,
): readonly string[] {
  const temp = place.env["KUGETSU_TEMP_DIR"];
  return [paths.temp, ...(temp === undefined ? [] : [temp]), ...(ownTmp ? ["/tmp"] : [])];
}
