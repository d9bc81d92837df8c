import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../git/directory.ts";
import type { AgentPlace } from "../runner.ts";
import type { Core, Place } from "./core.ts";

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
  const { home, tempDir } = pathsOf(options);
  const cwd = options.cwd ?? join(home, "work");
  await mkdir(tempDir, { recursive: true, mode: 0o700 });
  if (options.cwd === undefined) await mkdir(cwd, { recursive: true, mode: 0o700 });
  const env = await options.environment(tempDir);
  return { key: options.slug, cwd, home, env, lease: options.lease, tempDir };
}

/** The place of an issue's session, whose agent works in its worktree. */
export function issuePlace(core: Core, slug: string): Promise<Place> {
  return placeOf(core, { slug, kind: "dev", cwd: join(core.home.worktrees, slug) });
}

/** The place of a session without a worktree: the base session's and the PM agents'. */
export function ownPlace(
  core: Core,
  who: { readonly slug: string; readonly kind: "dev" | "pm"; readonly forgeUrl?: string },
): Promise<Place> {
  return placeOf(core, { ...who, cwd: undefined });
}

/** Removes all that a session's agent had, but its worktree. */
export async function removePlace(core: Core, slug: string): Promise<void> {
  const { home, tempDir } = pathsOf({ ...core, agents: core.home.agents, slug });
  await removeTree(home);
  await removeTree(tempDir);
}

function placeOf(
  core: Core,
  who: { slug: string; kind: "dev" | "pm"; forgeUrl?: string; cwd: string | undefined },
): Promise<Place> {
  return openPlace({
    agents: core.home.agents,
    tempRoot: core.tempRoot,
    slug: who.slug,
    cwd: who.cwd,
    environment: (tempDir) => core.environment(who.kind, tempDir, who.forgeUrl),
    lease: core.lease,
  });
}

function pathsOf(at: { agents: string; tempRoot?: string | undefined; slug: string }) {
  const home = join(at.agents, at.slug);
  const tempDir = at.tempRoot === undefined ? join(home, "temp") : join(at.tempRoot, at.slug);
  return { home, tempDir };
}
