import type { Identity } from "./git/place.ts";
import type { SandboxMode } from "./sandbox/choose.ts";
import type { BoxLimits } from "./sandbox/limits.ts";

/** What a PM agent gets of `pm-agent.env` for an order from one forge, and under which name the forge's address. */
export interface PmAccess {
  readonly urlName: "GITEA_URL" | "GITHUB_URL";
  /** Why it does not get that variable; undefined where it does. */
  readonly whyWithheld: (name: string) => string | undefined;
}

/** What `createKugetsu` is told. */
export interface KugetsuOptions {
  /** KUGETSU_HOME, absolute. */
  readonly home: string;
  /** The environment that agents' environments are picked from; usually the process'. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Names of variables that agents get as well (`AGENT_ENV_PASS`). */
  readonly pass?: readonly string[];
  /** Values that no agent may ever have. Asked for each turn. */
  readonly secrets?: readonly string[];
  /**
   * Who commits: the bot's account. Asked for each turn.
   * @param instance host[:port] of the issue ref; undefined for what belongs to no repository
   */
  readonly identity: (instance: string | undefined) => Promise<Identity>;
  /** KUGETSU_OPENCODE_BIN */
  readonly opencodeBinary?: string | undefined;
  /** IDLE_AGENTS: how many agents wait for their next turn. */
  readonly idleAgents?: number;
  /**
   * Whether agents run in a sandbox: `required` fails without one, `preferred` warns, `off` never uses one. `required`
   * unless told.
   */
  readonly sandbox?: SandboxMode;
  /** Absolute directories of the machine that agents may read as well. */
  readonly sandboxRead?: readonly string[];
  readonly boxLimits?: BoxLimits;
  /** Bytes that must be free for a turn to begin; a running one is ended when half of that is left. */
  readonly minFreeDisk?: number;
  /** Asked for each turn of a PM agent, with the address of the order's forge; without it that is GITEA_URL, and all is given. */
  readonly pmAccess?: (forgeUrl: string) => PmAccess;
  /** How a PM agent uses `kugetsu`: stands in its instructions. */
  readonly pmInstructions?: string | undefined;
  /** KUGETSU_TEMP_DIR, absolute: each agent gets a directory in it. Asked for each turn. */
  readonly tempDir?: string | undefined;
  readonly warn?: (message: string) => void;
  /** Told of every secret that agents get, so that it can be masked in what they say. */
  readonly learn?: (secret: string) => void;
}
