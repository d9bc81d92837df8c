import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Resolves to the port once connections are taken. */
export async function listen(server: Server, port: number): Promise<number> {
  const listening = once(server, "listening");
  server.listen(port, "127.0.0.1");
  await listening;
  return (server.address() as AddressInfo).port;
}

/** Takes no connections any more and cuts the open ones. */
export async function hangUp(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
