import { KugetsuError } from "../errors.ts";
import type { TurnResult } from "../runner.ts";
import type { Core } from "./core.ts";

/**
 * Goes on in a session's conversation; where that is gone (an agent can remove it, a home can be moved), in a new one,
 * which knows nothing of what was said.
 */
export async function converseOrAnew(
  core: Core,
  ref: string,
  sessionId: string | undefined,
  converse: (sessionId: string | undefined) => Promise<TurnResult>,
): Promise<TurnResult> {
  try {
    return await converse(sessionId);
  } catch (error) {
    const isGone = error instanceof KugetsuError && error.code === "not_found";
    if (!isGone || sessionId === undefined) throw error;
    await core.sessions.patch(ref, { opencodeSessionId: undefined, seenCommentId: undefined });
    return converse(undefined);
  }
}
