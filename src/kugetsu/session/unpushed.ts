import { join } from "node:path";
import { KugetsuError } from "../errors.ts";
import type { UnpushedWork } from "../git/inspect.ts";
import { parseRef } from "../ref.ts";
import type { Core } from "./core.ts";
import { worktreeOf } from "./destroy.ts";
import { existingMirror } from "./mirror.ts";
import { REMOVING } from "./states.ts";

const NOTHING: UnpushedWork = { commits: 0, uncommitted: false, unreadable: false };

/** What a session has beyond what is on the forge. @throws KugetsuError `not_found` */
export async function unpushedWork(core: Core, ref: string): Promise<UnpushedWork> {
  const session = await core.sessions.get(ref);
  if (session === undefined) throw new KugetsuError("not_found", `There is no session for ${ref}.`);
  if (session.kind !== "forked" || session.state === REMOVING) return NOTHING;
  const { slug, repositoryId, pushedSha, importedClone } = session;
  // Its worktree is not made yet: all that it has lies in the shell version's clone, which tells what it has fetched.
  if (importedClone !== undefined) {
    const path = join(core.home.root, importedClone);
    return core.git.inspect({ key: slug, path, mirror: undefined });
  }
  return core.git.inspect({
    key: slug,
    path: worktreeOf(core, session),
    mirror: await existingMirror(core, { ref: parseRef(ref), repositoryId }),
    known: pushedSha === undefined ? [] : [pushedSha],
  });
}
