import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { AgentPlace } from "../runner.ts";

/** Where the agent of one session lives: `agents/<slug>` under the home, and nothing of any other session. */
export async function openPlace(options: {
  /** Absolute path of `agents` in the home. */
  agents: string;
  /** KUGETSU_TEMP_DIR of the operator: each session gets a directory in it; undefined: one in its own home. */
  tempRoot?: string | undefined;
  slug: string;
  /** The agent's working directory; undefined for a session without a worktree, which gets one of its own. */
  cwd: string | undefined;
  /** Makes the agent's environment, given its KUGETSU_TEMP_DIR. */
  environment: (tempDir: string) => Promise<Readonly<Record<string, string>>>;
  lease: string;
}): Promise<AgentPlace & { readonly tempDir: string }> {
  const home = join(options.agents, options.slug);
  const tempDir =
    options.tempRoot === undefined ? join(home, "temp") : join(options.tempRoot, options.slug);
  const cwd = options.cwd ?? join(home, "work");
  await mkdir(tempDir, { recursive: true, mode: 0o700 });
  if (options.cwd === undefined) await mkdir(cwd, { recursive: true, mode: 0o700 });
  const env = await options.environment(tempDir);
  return { key: options.slug, cwd, home, env, lease: options.lease, tempDir };
}
