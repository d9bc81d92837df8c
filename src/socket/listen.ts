import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { socketAddress } from "./address.ts";

/**
 * Answers HTTP at a Unix socket that only its owner may reach; one that a dead process left is replaced. Disposing of
 * it cuts off what is open.
 * @param file absolute path, in a directory that nobody else may enter
 */
export async function listenOnSocket(
  file: string,
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<AsyncDisposable> {
  rmSync(file, { force: true });
  const address = socketAddress(file);
  const server = createAdaptorServer({ fetch }) as Server;
  try {
    server.listen(address.path);
    await once(server, "listening");
    chmodSync(file, 0o600);
  } catch (error) {
    address[Symbol.dispose]();
    throw error;
  }
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      address[Symbol.dispose]();
    },
  };
}
