import type { Session } from "../db/sessions.ts";
import type { Mirror } from "../git/mirror.ts";
import type { Taken } from "../git/takeover.ts";
import type { TurnOrder } from "../turn.ts";
import type { Core, Place } from "./core.ts";
import { filesWithMarkers } from "./markers.ts";

/** What a turn left in its worktree, now in the mirror. */
export interface TakenTurn {
  readonly session: Session;
  /** The commit that was taken over: the session's new tip, unless a merge in it is not resolved. */
  readonly tip: string;
  readonly taken: Taken;
  readonly kept: readonly string[];
}

/**
 * Takes a turn's work over and writes it down as the session's tip. History that the agent rewrote becomes a
 * continuation of what was there, so that nothing has to be forced.
 *
 * @throws KugetsuError `failed` when git cannot read what the agent left
 */
export async function takeTurnOver(
  core: Core,
  order: Pick<TurnOrder, "requestedBy" | "subject">,
  mirror: Mirror,
  place: Place,
  session: Session & { readonly tip: string; readonly branch: string },
  outcome = "idle",
): Promise<TakenTurn> {
  const { ref, tip: since, branch, mergeOf } = session;
  const taken = await core.git.takeOver({
    ref,
    mirror,
    key: place.key,
    path: place.cwd,
    branch,
    since,
    requestedBy: order.requestedBy,
    subject: subjectOf(order, session.state, outcome),
    env: place.env,
    mergeOf,
  });
  const tip = taken.rewritten
    ? await core.git.graft(mirror, {
        of: taken.tip,
        parents: [since, taken.tip],
        message: `Take over the rewritten history of ${branch}`,
      })
    : taken.tip;
  // The agent may have committed the markers itself. Such a commit is kept, and no part of the work: the next turn
  // begins the merge again from before it.
  const candidates = [...session.unresolved, ...taken.unresolved];
  const unresolved = await filesWithMarkers(mirror, tip, candidates);
  const isResolved = unresolved.length === 0;
  const kept = taken.alsoKept.map(({ name }) => name);
  if (!isResolved) kept.push(await core.git.keep(mirror, { ref, sha: tip, at: new Date() }));
  const isWhereItStands =
    tip === taken.tip &&
    !taken.committedForAgent &&
    taken.foundOn === undefined &&
    taken.changedFetched.putBack.length === 0;
  const changed = await core.sessions.patch(ref, {
    state: outcome,
    tip: isResolved ? tip : since,
    worktreeAt: isResolved && isWhereItStands ? tip : undefined,
    mergeOf: undefined,
    unresolved,
  });
  return { session: changed, tip, taken, kept };
}

function subjectOf(order: Pick<TurnOrder, "subject">, state: string, outcome: string): string {
  if (outcome === "finished") return order.subject;
  return state === "attached"
    ? "Work that was done in a terminal"
    : "Unfinished work of a turn that was cut off";
}
