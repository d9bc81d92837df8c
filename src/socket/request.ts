import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { KugetsuError } from "../kugetsu/errors.ts";
import { socketAddress } from "./address.ts";
import type { SocketError } from "./answer.ts";

// Placing an order asks the forge, each call of which may take up to its own limit.
const LONGEST_MS = 120_000;

/**
 * Sends JSON to a Unix socket and returns the JSON that it answers; undefined when nobody listens there.
 * @throws KugetsuError as it was thrown there; `unavailable` when the connection broke in the middle
 */
export async function askSocket(file: string, path: string, body: object): Promise<unknown> {
  using address = socketAddressIfThere(file);
  if (address === undefined) return undefined;
  const sent = request({
    socketPath: address.path,
    method: "POST",
    path,
    headers: { "content-type": "application/json" },
    signal: AbortSignal.timeout(LONGEST_MS),
  });
  sent.end(JSON.stringify(body));
  let answer: unknown;
  try {
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    answer = JSON.parse(await text(response));
  } catch (error) {
    if (NOBODY.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new KugetsuError("unavailable", "The server broke off before it answered.", {
      cause: error,
      hint: "`kugetsu status` shows whether it has the order.",
    });
  }
  const { error } = answer as { readonly error?: SocketError };
  if (error === undefined) return answer;
  throw new KugetsuError(
    error.code,
    error.message,
    error.hint === undefined ? {} : { hint: error.hint },
  );
}

const NOBODY = new Set(["ENOENT", "ECONNREFUSED", "ENOTSOCK"]);

function socketAddressIfThere(file: string) {
  try {
    return socketAddress(file);
  } catch {
    // The directory that it would lie in is not there.
    return undefined;
  }
}
