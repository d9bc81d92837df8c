import { setTimeout as delay } from "node:timers/promises";
import type { LeaseStore } from "../kugetsu/db/leases.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { socketPath } from "../kugetsu/home.ts";
import { askSocket } from "../socket/request.ts";
import { livingLeases, serverOf } from "./served.ts";

const EVERY_MS = 200;
/** A server that ends may give its turns half a minute. */
const LONGEST_MS = 60_000;

/**
 * Asks the running server; undefined when there is none. One that starts or ends is waited for.
 * @param leases of the home, whose database has to be there
 * @throws KugetsuError as the server throws it; `unavailable` when it cannot be reached for a minute
 */
export async function askServer(
  home: string,
  leases: LeaseStore,
  path: string,
  body: object,
  options: { readonly onWait?: () => void; readonly signal?: AbortSignal } = {},
): Promise<unknown> {
  const deadline = performance.now() + LONGEST_MS;
  for (let tries = 1; ; tries += 1) {
    options.signal?.throwIfAborted();
    const answer = await askSocket(socketPath(home), path, body);
    if (answer !== undefined) return answer;
    const server = serverOf(await livingLeases(leases));
    if (server === undefined) return undefined;
    if (performance.now() > deadline) {
      throw new KugetsuError(
        "unavailable",
        `The server (process ${server.pid}) runs, and does not answer at ${socketPath(home)}.`,
        { hint: "Start it again: it makes its socket anew." },
      );
    }
    if (tries === 5) options.onWait?.();
    await delay(EVERY_MS);
  }
}
