import { KugetsuError } from "../errors.ts";
import type { Session } from "../db/sessions.ts";
import type { Mirror } from "../git/mirror.ts";
import type { Taken } from "../git/takeover.ts";
import type { Core, Place } from "./core.ts";
import { KEEPER } from "./keep-found.ts";

/**
 * Saves what a session has beyond what is on the forge, before its worktree goes: commits and changes under refs in the
 * mirror. A worktree that git cannot read (an agent can make it so), or in which there is what no commit can hold, is
 * moved aside whole. Never fails for what an agent did.
 *
 * @returns names of refs, and paths in the home of what was moved aside
 */
export async function keepWorktree(
  core: Core,
  mirror: Mirror,
  place: Pick<Place, "key" | "cwd" | "env">,
  session: Session | undefined,
  { signal, at = new Date() }: { readonly signal?: AbortSignal; readonly at?: Date } = {},
): Promise<string[]> {
  if (session?.tip === undefined || session.branch === undefined) return [];
  const kept: string[] = [];
  let isWhole = true;
  const tips = [session.tip];
  try {
    const taken = await core.git.takeOver({
      ref: session.ref,
      mirror,
      key: place.key,
      path: place.cwd,
      branch: session.branch,
      since: session.tip,
      requestedBy: session.requester ?? "kugetsu",
      subject: "Keep what the worktree held",
      env: place.env,
      mergeOf: session.mergeOf,
      at,
      committedAt: at,
      identity: KEEPER,
      signal,
    });
    isWhole = taken.leftOut.length + taken.changedFetched.lfs.length === 0;
    kept.push(...taken.alsoKept.map(({ name }) => name));
    if (!taken.rewritten) tips[0] = taken.tip;
    else if (!(await isAgain(core, mirror, session.tip, taken))) tips.push(taken.tip);
  } catch (error) {
    if (!(error instanceof KugetsuError) || error.code !== "failed") throw error;
    isWhole = false;
  }
  for (const tip of tips) {
    if (await isOnForge(mirror, tip, session.pushedSha)) continue;
    kept.push(await core.git.keep(mirror, { ref: session.ref, sha: tip, at }));
  }
  // Last, so that whoever ends this before finds all of it again.
  if (!isWhole || (await core.git.isAside(place.key, at)))
    kept.push(...(await core.git.moveAside({ key: place.key, path: place.cwd }, at)));
  return kept;
}

/**
 * Whether what was left uncommitted is no more than what the bot has committed before, at the end of a turn: the worktree
 * still stands below that commit.
 */
async function isAgain(core: Core, mirror: Mirror, tip: string, taken: Taken): Promise<boolean> {
  if (!taken.committedForAgent || taken.commits.length !== 1) return false;
  return (await core.git.diffstat(mirror, { from: tip, to: taken.tip })).files === 0;
}

/** The mirror's heads are those of the last fetch: what was pushed since is known from the session. */
async function isOnForge(
  mirror: Mirror,
  sha: string,
  pushed: string | undefined,
): Promise<boolean> {
  if (pushed !== undefined && (await mirror.contains(sha, pushed))) return true;
  const heads = await mirror.heads();
  for (const head of heads.values()) if (await mirror.contains(sha, head)) return true;
  return false;
}
