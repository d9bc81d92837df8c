import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../git/directory.ts";
import type { AgentPlace } from "../runner.ts";
import type { Core, Place } from "./core.ts";
import { mirrorKey, type RepositoryOf } from "./mirror.ts";

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
  /** Its private repository, and the objects that this borrows; undefined without a worktree. */
  git?: { readonly repository: string; readonly objects: string } | undefined;
}): Promise<AgentPlace & { readonly tempDir: string }> {
  const { home, tempDir } = pathsOf(options);
  const cwd = options.cwd ?? join(home, "work");
  await mkdir(tempDir, { recursive: true, mode: 0o700 });
  if (options.cwd === undefined) await mkdir(cwd, { recursive: true, mode: 0o700 });
  const env = await options.environment(tempDir);
  const { git } = options;
  return {
    key: options.slug,
    cwd,
    home,
    env,
    lease: options.lease,
    tempDir,
    ...(git === undefined ? {} : { writable: [git.repository], readable: [git.objects] }),
  };
}

/** The place of an issue's session, whose agent works in its worktree. */
export async function issuePlace(
  core: Core,
  slug: string,
  repository: RepositoryOf,
): Promise<Place> {
  const git = {
    repository: core.git.privatePath(slug),
    objects: core.git.objectsPath(await mirrorKey(core, repository)),
  };
  return placeOf(core, { slug, kind: "dev", cwd: join(core.home.worktrees, slug), git });
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
  who: {
    slug: string;
    kind: "dev" | "pm";
    forgeUrl?: string;
    cwd: string | undefined;
    git?: { readonly repository: string; readonly objects: string };
  },
): Promise<Place> {
  return openPlace({
    agents: core.home.agents,
    tempRoot: core.tempRoot,
    slug: who.slug,
    cwd: who.cwd,
    environment: (tempDir) => core.environment(who.kind, tempDir, who.forgeUrl),
    lease: core.lease,
    git: who.git,
  });
}

function pathsOf(at: { agents: string; tempRoot?: string | undefined; slug: string }) {
  const { agents, tempRoot, slug } = at;
  const home = join(agents, slug);
  const tempDir = tempRoot === undefined ? join(home, "temp") : tempIn({ agents, tempRoot, slug });
  return { home, tempDir };
}

/**
 * The directory of a session in the operator's own temp directory. That may hold other things, and serve several homes
 * that know the same issue: the name says whose it is.
 *
 * @param at.agents absolute path of `agents` in the home
 */
export function tempIn(at: { agents: string; tempRoot: string; slug: string }): string {
  const home = createHash("sha256").update(at.agents).digest("hex").slice(0, 8);
  return join(at.tempRoot, `${at.slug}-${home}`);
}
