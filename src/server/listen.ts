import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { KugetsuError } from "../kugetsu/errors.ts";

/** An open port. Disposing of it lets requests finish for a moment, then cuts them off. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
  /** Where this machine reaches it, without a trailing slash. */
  readonly url: string;
}

export interface ListenOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly timeouts?: Partial<Timeouts>;
}

/** All in milliseconds. */
interface Timeouts {
  /** Until the headers are there. */
  readonly headersMs: number;
  /** Until the whole body is there: slow ones hold memory. */
  readonly requestMs: number;
  /** How long requests may go on when the port is closed. */
  readonly closeMs: number;
}

const TIMEOUTS: Timeouts = { headersMs: 10_000, requestMs: 30_000, closeMs: 5_000 };
// More than any forge opens; each may hold a body of 25 MB.
const MAX_CONNECTIONS = 256;

/**
 * @throws KugetsuError `conflict` when the port is taken, `forbidden` when this user may not open it, `invalid` when
 *   the host is no address of this machine
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const server = createAdaptorServer({
    fetch: (request) => options.fetch(request),
    serverOptions: {
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      // Node looks for the two above only this often; its default of 30 s would double them.
      connectionsCheckingInterval: Math.min(1_000, timeouts.headersMs),
      keepAliveTimeout: 5_000,
    },
  }) as Server;
  server.maxConnections = MAX_CONNECTIONS;
  try {
    server.listen(options.port, options.host);
    await once(server, "listening");
  } catch (cause) {
    throw listenError(cause, options);
  }
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://${reachable(options.host)}:${port}`,
    [Symbol.asyncDispose]: () => close(server, timeouts.closeMs),
  };
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = Promise.withResolvers<undefined>();
  server.close(() => {
    closed.resolve(undefined);
  });
  // Again and again: a connection that was busy is kept alive for its client's next request.
  const idle = setInterval(() => {
    server.closeIdleConnections();
  }, 50);
  const end = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  await closed.promise;
  clearInterval(idle);
  clearTimeout(end);
}

function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

function listenError(cause: unknown, { host, port }: ListenOptions): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    return new KugetsuError("conflict", `Port ${port} of ${host} is taken by another program.`, {
      cause,
      hint: "Set PORT to a free one, or end the other program: perhaps kugetsu runs already.",
    });
  }
  if (code === "EACCES") {
    return new KugetsuError("forbidden", `This user may not open port ${port}.`, {
      cause,
      hint: "Set PORT to one above 1023 and let a reverse proxy stand before it.",
    });
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new KugetsuError("invalid", `HOST ${host} is not an address of this machine.`, {
      cause,
    });
  }
  return cause;
}
