import { once } from "node:events";
import { realpath } from "node:fs/promises";
import { connect } from "node:net";
import { isServed } from "../cli/served.ts";
import { createLeaseStore } from "../kugetsu/db/leases.ts";
import { socketPath } from "../kugetsu/home.ts";
import { socketAddress } from "../socket/address.ts";
import { type Check, ok, problem } from "./check.ts";

/** What a socket's path may have in bytes, where there is no way around that. */
const LONGEST = 107;

/** Whether the command line reaches the server, where one runs. */
export const socket: Check = {
  name: "socket",
  async look(subject, signal) {
    const { home } = subject;
    if (home === undefined) return [];
    const file = socketPath(await realpath(home).catch(() => home));
    const length = Buffer.byteLength(file);
    if (length > LONGEST && process.platform !== "linux") {
      return problem(
        `The path of the home is too long for its socket: ${length} bytes, and ${LONGEST} are possible.`,
        "Set KUGETSU_HOME to a shorter path.",
      );
    }
    const opened = await subject.database().catch(() => undefined);
    if (opened?.schema !== "current") return [];
    if (!(await isServed(createLeaseStore(opened.db)))) return [];
    const why = await whyNotReached(file, signal);
    if (why === undefined) return ok("The command line reaches the server.");
    return problem(
      `A server runs, and the command line does not reach it (${why}).`,
      "Be the server's user, on its machine or in its container. If you are, start it again.",
    );
  },
};

async function whyNotReached(file: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    using address = socketAddress(file);
    const connection = connect({ path: address.path, signal });
    await once(connection, "connect");
    connection.destroy();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unknown error";
  }
}
