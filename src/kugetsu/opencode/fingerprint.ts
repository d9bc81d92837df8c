import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import type { AgentPlace } from "../runner.ts";
import type { AgentConfig } from "./agent-config.ts";

/**
 * What a process was started with, to tell whether another turn may use it. A box goes on showing the directories that
 * were there when it was made: one that was replaced since is another one.
 */
export async function fingerprint(place: AgentPlace, config: AgentConfig): Promise<string> {
  const env = Object.entries(place.env).toSorted(([first], [second]) => (first < second ? -1 : 1));
  const directories = [place.cwd, ...(place.writable ?? []), ...(place.readable ?? [])];
  const found = await Promise.all(directories.map((path) => stat(path).catch(() => undefined)));
  const inodes = found.map((at) => `${at?.dev}:${at?.ino}`);
  const parts = [config.text, config.auth, place.home, env, directories, inodes];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
