import { KugetsuError } from "../errors.ts";
import { BASE, PM_AGENT, type Core } from "./core.ts";
import { ensureBase, ensurePmAgent } from "./base.ts";

export interface InitOptions {
  /** The base session's first turn; without one the base is empty, and costs nothing. */
  readonly prompt?: string | undefined;
  /** Replaces a base session and a PM agent that are there. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/** Makes the base session and the PM agent without a terminal. */
export async function init(
  core: Core,
  options: InitOptions,
): Promise<{ base: string; pmAgent: string }> {
  const there = await core.sessions.get(BASE);
  if (there !== undefined) {
    if (options.force !== true) {
      throw new KugetsuError("conflict", "There is a base session already.", {
        hint: "`kugetsu init --headless --force` replaces it.",
      });
    }
    await core.sessions.remove(BASE);
    await core.sessions.remove(PM_AGENT);
  }
  const base = await ensureBase(
    core,
    options.prompt,
    options.signal ?? new AbortController().signal,
  );
  const pmAgent = await ensurePmAgent(core);
  return { base: base.opencodeSessionId ?? "empty", pmAgent: pmAgent.opencodeSessionId ?? "empty" };
}
