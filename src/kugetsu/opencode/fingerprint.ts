import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import type { AgentPlace } from "../runner.ts";
import type { AgentConfig } from "./agent-config.ts";
import { agentHome } from "./home.ts";

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

/**
 * Changes with every start of opencode in that place, by whatever process: one that waits must not go on in a home that
 * another one has made ready for itself, nor in a conversation that went on elsewhere.
 */
export async function homeStamp(place: AgentPlace): Promise<string> {
  // Whoever starts opencode makes its configuration anew.
  const found = await stat(agentHome(place).config).catch(() => undefined);
  return `${found?.ino}:${found?.ctimeMs}`;
}
