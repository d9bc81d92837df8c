import { join } from "node:path";
import { KugetsuError } from "../errors.ts";
import { parseRef } from "../ref.ts";
import type { Session } from "../db/sessions.ts";
import { existingMirror } from "./mirror.ts";
import { removePlace } from "./place.ts";
import { keepWorktree } from "./keep.ts";
import { keepFound } from "./keep-found.ts";
import { keptClone } from "../shell-home/bring.ts";
import type { Core } from "./core.ts";
import { DESTROYING, isGoing, REMOVING } from "./states.ts";

/**
 * Removes a session with its worktree, private repository and opencode data. Unpushed work is kept under refs. Killed
 * anywhere, it is finished by the next call, and what was kept is not kept again.
 *
 * @returns names of refs, and paths in the home of what was moved aside
 * @throws KugetsuError `not_found`
 */
export async function destroySession(
  core: Core,
  ref: string,
): Promise<{ readonly kept: readonly string[] }> {
  const found = await core.sessions.get(ref);
  if (found === undefined) throw new KugetsuError("not_found", `There is no session for ${ref}.`);
  const session = isGoing(found.state)
    ? found
    : await core.sessions.patch(ref, { state: DESTROYING });
  const { slug, lastActivityAt } = session;
  await core.runner.release(slug);
  const kept = session.kind === "forked" ? await keep(core, session) : [];
  // From here on what is there may be half of what was, and must not pass for somebody's changes.
  await core.sessions.patch(ref, { state: REMOVING, lastActivityAt });
  if (session.kind === "forked")
    await core.git.removeWorktree({ key: slug, path: worktreeOf(core, session) });
  await removePlace(core, slug);
  await core.sessions.remove(ref);
  return { kept: [...kept, ...keptClone(session)] };
}

/** Absolute path of the one place where an issue's worktree may stand. */
export function worktreeOf(core: Pick<Core, "home">, { slug }: Pick<Session, "slug">): string {
  return join(core.home.worktrees, slug);
}

async function keep(core: Core, session: Session): Promise<readonly string[]> {
  const { ref, slug, tip, branch } = session;
  const repository = { ref: parseRef(ref), repositoryId: session.repositoryId };
  const mirror = await existingMirror(core, repository);
  // The moment of the first call: a second one gives the same names to the same things.
  const at = new Date(session.lastActivityAt);
  if (session.state === REMOVING) {
    const time = at.toISOString().replaceAll(/[:-]/g, "");
    const works = mirror === undefined ? [] : await core.git.kept(mirror);
    return works
      .filter((work) => work.ref === ref && work.name.includes(`/${time}`))
      .map(({ name }) => name);
  }
  const place = { key: slug, cwd: worktreeOf(core, session), env: {} };
  const found = { ref, key: slug, path: place.cwd };
  if (mirror === undefined || tip === undefined || branch === undefined)
    return keepFound(core, found, mirror, { at, committedAt: at });
  try {
    return await keepWorktree(core, mirror, place, session, { at });
  } catch (error) {
    if (!(error instanceof KugetsuError) || error.code !== "failed") throw error;
    // A mirror without what the session stands on: whatever is here is moved aside whole.
    return keepFound(core, found, undefined, { at, committedAt: at });
  }
}
