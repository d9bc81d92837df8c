import type { Home } from "../kugetsu/home.ts";

/**
 * Lets the server that runs on this home, if any, end the process that waits for that session's next turn: its
 * directories are about to be removed.
 */
export async function releaseElsewhere(_home: Home, _ref: string): Promise<void> {
  // The server has no way to be told yet.
}
