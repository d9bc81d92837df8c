import { KugetsuError } from "../errors.ts";
import type { Session } from "../db/sessions.ts";
import { BASE, PM_AGENT, type Core } from "./core.ts";
import { ensurePmAgent, sharedPlace } from "./base.ts";

export interface InitOptions {
  /** The base session's first turn; without one the base is empty, and costs nothing. */
  readonly prompt?: string | undefined;
  /** Replaces a base session and a PM agent that are there, once the new ones are. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/** Ids of opencode's; undefined for a conversation that is empty. */
export interface InitResult {
  readonly base: string | undefined;
  readonly pmAgent: string | undefined;
}

/** Makes the base session and the PM agent without a terminal. The caller holds the leases of both. */
export async function init(core: Core, options: InitOptions): Promise<InitResult> {
  const { prompt, force = false } = options;
  const there = await core.sessions.get(BASE);
  const isWhole = there !== undefined && (await core.sessions.get(PM_AGENT)) !== undefined;
  // A server makes the base alone, and so does an `init` that was cut off: the rest is made then.
  const lacksAgent = there !== undefined && !isWhole && prompt === undefined;
  if (there !== undefined && !force && !lacksAgent) throw alreadyThere();
  const base =
    there !== undefined && !force
      ? there
      : await makeBase(core, prompt, options.signal ?? new AbortController().signal);
  const pmAgent = force
    ? await core.sessions.put({ ref: PM_AGENT, kind: "pm_agent" })
    : await ensurePmAgent(core);
  return { base: base.opencodeSessionId, pmAgent: pmAgent.opencodeSessionId };
}

async function makeBase(
  core: Core,
  prompt: string | undefined,
  signal: AbortSignal,
): Promise<Session> {
  if (prompt === undefined) return core.sessions.put({ ref: BASE, kind: "base" });
  const place = await sharedPlace(core, BASE, "dev");
  const opencodeSessionId = await core.runner.createSession(place, prompt, signal);
  return core.sessions.put({ ref: BASE, kind: "base", opencodeSessionId, worktreePath: place.cwd });
}

/** What a second `init` is told. */
export function alreadyThere(): KugetsuError {
  return new KugetsuError("conflict", "There is a base session already.", {
    hint:
      "`--force` makes the base session and the PM agent anew, and replaces those that are there when it is done; " +
      "the sessions of issues keep what they know.",
  });
}
