import { connect } from "node:net";
import { dirname, join } from "node:path";
import { removeIn } from "../git/directory.ts";
import { entriesOf } from "./directory-entries.ts";
import type { Find, Scene } from "./orphan.ts";

/** Sockets in the home that nobody listens on. */
export async function sockets({ core: { home }, held }: Scene): Promise<Find[]> {
  // A server that begins holds its lease before it makes its socket.
  if (held.has("server")) return [];
  const finds: Find[] = [];
  for (const directory of [home.root, home.tmp]) {
    for (const entry of await entriesOf(directory)) {
      const path = join(directory, entry.name);
      if (!entry.isSocket() || (await isHeard(path))) continue;
      finds.push({
        orphans: [{ kind: "socket", path }],
        resource: "server",
        remove: async () => {
          if (await isHeard(path)) return undefined;
          await removeIn(dirname(path), path);
          return [];
        },
      });
    }
  }
  return finds;
}

/** False only when the system says that nobody listens. */
function isHeard(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code !== "ECONNREFUSED");
    });
  });
}
