import { setTimeout as delay } from "node:timers/promises";
import type { LeaseStore } from "../kugetsu/db/leases.ts";
import { socketPath } from "../kugetsu/home.ts";
import { askSocket } from "../socket/request.ts";
import { isServed } from "./served.ts";

const EVERY_MS = 200;

/**
 * Asks the running server; undefined when there is none. One that starts or ends is waited for.
 * @param leases of the home, whose database has to be there
 * @throws KugetsuError as the server throws it
 */
export async function askServer(
  home: string,
  leases: LeaseStore,
  path: string,
  body: object,
  options: { readonly onWait?: () => void; readonly signal?: AbortSignal } = {},
): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    options.signal?.throwIfAborted();
    const answer = await askSocket(socketPath(home), path, body);
    if (answer !== undefined) return answer;
    if (!(await isServed(leases))) return undefined;
    if (tries === 5) options.onWait?.();
    await delay(EVERY_MS);
  }
}
