import { KugetsuError } from "../errors.ts";
import type { Core, Place } from "./core.ts";

/** The terminal of this process, for a person's visit in a session. */
export interface Terminal {
  /** TERM, COLORTERM and their like. */
  readonly env: Readonly<Record<string, string>>;
  /** GITEA_URL of a PM agent. */
  readonly forgeUrl?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Opens opencode's interface in a place whose lease the caller holds, and waits until the person leaves it.
 *
 * @throws KugetsuError `failed` when it was cut off
 */
export async function visit(
  core: Core,
  place: Place,
  { env, signal }: Terminal,
  sessionId: string | undefined,
): Promise<void> {
  const end = await core.runner.openTerminal({ place, sessionId, env, signal });
  if (end.kind === "stopped") throw new KugetsuError("failed", "It was stopped.");
  if (end.kind === "failed") throw new KugetsuError("failed", end.reason);
}
