import { KugetsuError } from "../errors.ts";
import { parseRef } from "../ref.ts";
import { existingMirror } from "./mirror.ts";
import { issuePlace, removePlace } from "./place.ts";
import { keepWorktree } from "./keep.ts";
import { keptClone } from "../shell-home/bring.ts";
import type { Core } from "./core.ts";

/** Removes an issue's worktree, private repository, opencode data and session. Unpushed work is kept under refs. */
export async function destroySession(
  core: Core,
  ref: string,
): Promise<{ readonly kept: readonly string[] }> {
  const session = await core.sessions.get(ref);
  if (session === undefined) throw new KugetsuError("not_found", `There is no session for ${ref}.`);
  const slug = session.slug;
  const repository = { ref: parseRef(ref), repositoryId: session.repositoryId };
  const place = await issuePlace(core, slug, repository);
  await core.runner.release(slug);
  const mirror = await existingMirror(core, repository);
  const kept = mirror === undefined ? [] : await keepWorktree(core, mirror, place, session);
  await core.git.removeWorktree({ key: slug, path: place.cwd });
  await removePlace(core, slug);
  await core.sessions.remove(ref);
  return { kept: [...kept, ...keptClone(session)] };
}
