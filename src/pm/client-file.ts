import { copyFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Puts `kugetsu` into a directory that the agent may read: a script that runs the client beside it on the bot's Node.
 * Written beside and moved into place, since a waiting agent may read it.
 */
export async function writeClient(directory: string): Promise<void> {
  const source = clientSource();
  const client = join(directory, source.endsWith(".ts") ? "client.mts" : "client.mjs");
  await inPlace(client, (path) => copyFile(source, path));
  const script = `#!/bin/sh\nexec ${quoted(await realpath(process.execPath))} ${quoted(client)} "$@"\n`;
  await inPlace(join(directory, "kugetsu"), (path) => writeFile(path, script, { mode: 0o700 }));
}

/** In a checkout Node runs the source; the package has it built. */
function clientSource(): string {
  const name = import.meta.url.endsWith(".ts") ? "./client.ts" : "./pm-client.js";
  return fileURLToPath(new URL(name, import.meta.url));
}

async function inPlace(path: string, write: (path: string) => Promise<void>): Promise<void> {
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  await write(fresh);
  await rename(fresh, path);
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
