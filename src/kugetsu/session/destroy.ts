import { join } from "node:path";
import { KugetsuError } from "../errors.ts";
import { removeTree } from "../git/directory.ts";
import { parseRef } from "../ref.ts";
import { existingMirror } from "./mirror.ts";
import { openPlace } from "./place.ts";
import { keepWorktree } from "./keep.ts";
import type { Core } from "./core.ts";

/** Removes an issue's worktree, private repository, opencode data and session. Unpushed work is kept under refs. */
export async function destroySession(
  core: Core,
  ref: string,
): Promise<{ readonly kept: readonly string[] }> {
  const session = await core.sessions.get(ref);
  if (session === undefined) throw new KugetsuError("not_found", `There is no session for ${ref}.`);
  const slug = session.slug;
  const place = await openPlace({
    agents: core.home.agents,
    tempRoot: core.tempRoot,
    slug,
    cwd: join(core.home.worktrees, slug),
    environment: (tempDir) => core.environment("dev", tempDir),
    lease: core.lease,
  });
  await core.runner.release(slug);
  const mirror = await existingMirror(core, {
    ref: parseRef(ref),
    repositoryId: session.repositoryId,
  });
  const kept = mirror === undefined ? [] : await keepWorktree(core, mirror, place, session);
  await core.git.removeWorktree({ key: slug, path: place.cwd });
  await removeTree(place.home);
  await removeTree(place.tempDir);
  await core.sessions.remove(ref);
  return { kept };
}
