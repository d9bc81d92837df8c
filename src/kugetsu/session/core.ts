import type { Home } from "../home.ts";
import type { SessionStore } from "../db/sessions.ts";
import type { Git } from "../git/git.ts";
import type { AgentPlace, Runner } from "../runner.ts";
import type { Disk } from "./disk.ts";

/** What every operation of the core works with. */
export interface Core {
  readonly home: Home;
  readonly sessions: SessionStore;
  readonly git: Git;
  readonly runner: Runner;
  readonly disk: Disk;
  /** Tells the operator. */
  readonly warn: (message: string) => void;
  /** Stands in the environment of every agent of this process. */
  readonly lease: string;
  /** How a PM agent uses `kugetsu`: stands in its instructions. */
  readonly pmInstructions?: string | undefined;
  /** Absolute; undefined: each session's temp directory lies in its own home. */
  readonly tempRoot?: string | undefined;
  /** The environment of an agent of that kind, without what the runner adds. */
  environment(
    kind: "dev" | "pm",
    tempDir: string,
    forgeUrl?: string,
  ): Promise<Readonly<Record<string, string>>>;
}

/** Refs of the sessions that belong to no issue. */
export const BASE = "base";
export const PM_AGENT = "pm-agent";

/** The agent's place of a session: made when missing. */
export type Place = AgentPlace & { readonly tempDir: string };
