import { KugetsuError } from "../errors.ts";
import type { Core } from "./core.ts";

/**
 * Marks the session of an issue that is closed, or no longer. One that is marked already keeps its time.
 *
 * @param at milliseconds since the epoch; undefined: it is open
 * @returns whether that changed anything
 */
export async function markClosed(
  { sessions }: Pick<Core, "sessions">,
  ref: string,
  at: number | undefined,
): Promise<boolean> {
  const session = await sessions.get(ref);
  if (session === undefined || (session.closedAt === undefined) === (at === undefined))
    return false;
  const { lastActivityAt } = session;
  try {
    await sessions.patch(ref, { closedAt: at, lastActivityAt });
    return true;
  } catch (error) {
    // It went in this moment.
    if (error instanceof KugetsuError && error.code === "not_found") return false;
    throw error;
  }
}
