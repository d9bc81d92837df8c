import { access } from "node:fs/promises";
import { KugetsuError } from "../errors.ts";
import { printRef } from "../ref.ts";
import type { Session } from "../db/sessions.ts";
import type { Mirror } from "../git/mirror.ts";
import type { TurnOrder } from "../turn.ts";
import type { Core, Place } from "./core.ts";

/** A worktree that is ready for a turn. */
export interface PreparedWorktree {
  readonly session: Session;
  /** The commit that the turn starts from. */
  readonly since: string;
  /** The forge's commit that is being merged, when a conflict is left to the agent. */
  readonly mergeOf: string | undefined;
  readonly conflicts: readonly string[];
  readonly mergedFromForge: boolean;
  /** What an earlier worktree held, where one was replaced. */
  readonly kept: readonly string[];
}

/** Brings the session's worktree to where the turn starts: made, taken as it is, or with the forge's commits. */
export async function prepareWorktree(
  core: Core,
  order: Pick<TurnOrder, "ref" | "base" | "branch" | "resumed" | "requestedBy" | "subject">,
  mirror: Mirror,
  place: Place,
): Promise<PreparedWorktree> {
  const ref = printRef(order.ref);
  const session = await core.sessions.get(ref);
  if (session?.tip === undefined || session.branch !== order.branch || !(await exists(place.cwd))) {
    return openNew(core, order, mirror, place, session);
  }
  const { tip: since, branch } = session;
  const asItIs = {
    session,
    since,
    mergeOf: undefined,
    conflicts: [],
    mergedFromForge: false,
    kept: [],
  };
  if (order.resumed) return asItIs;
  const taken = await takeLostTurn(core, order, mirror, place, { ...session, tip: since, branch });
  return takeForgesCommits(core, order, mirror, place, { ...asItIs, ...taken });
}

async function openNew(
  core: Core,
  order: Pick<TurnOrder, "ref" | "base" | "branch" | "requestedBy" | "subject">,
  mirror: Mirror,
  place: Place,
  old: Session | undefined,
): Promise<PreparedWorktree> {
  const ref = printRef(order.ref);
  const base = await mirror.head(order.base);
  if (base === undefined) {
    throw new KugetsuError("failed", `The repository has no branch ${order.base} to start from.`, {
      hint: "An empty repository needs a first commit.",
    });
  }
  const kept = await keepWorktree(core, mirror, place, old);
  const at = (await mirror.head(order.branch)) ?? base;
  await core.git.openWorktree({
    mirror,
    key: place.key,
    branch: order.branch,
    at,
    path: place.cwd,
    env: place.env,
  });
  const session = await core.sessions.put({
    ...old,
    ref,
    kind: "forked",
    state: "idle",
    worktreePath: place.cwd,
    branch: order.branch,
    base: order.base,
    startSha: at,
    tip: at,
    pushedSha: undefined,
    worktreeAt: at,
    unresolved: [],
    requester: undefined,
  });
  return { session, since: at, mergeOf: undefined, conflicts: [], mergedFromForge: false, kept };
}

/** Saves what a worktree holds beyond what is on the forge, under a ref in the mirror. */
export async function keepWorktree(
  core: Core,
  mirror: Mirror,
  place: Place,
  session: Session | undefined,
): Promise<string[]> {
  if (session?.tip === undefined || session.branch === undefined || !(await exists(place.cwd)))
    return [];
  const taken = await core.git.takeOver({
    ref: session.ref,
    mirror,
    key: place.key,
    path: place.cwd,
    branch: session.branch,
    since: session.tip,
    requestedBy: "kugetsu",
    subject: "Keep what the worktree held",
    env: place.env,
  });
  const kept = taken.alsoKept.map(({ name }) => name);
  const heads = await mirror.heads();
  for (const head of heads.values()) {
    if (await mirror.contains(taken.tip, head)) return kept;
  }
  return [
    ...kept,
    await core.git.keep(mirror, { ref: session.ref, sha: taken.tip, at: new Date() }),
  ];
}

/** A turn that was cut off before its work was taken over left it in the worktree: it is taken over now. */
async function takeLostTurn(
  core: Core,
  order: Pick<TurnOrder, "requestedBy" | "subject">,
  mirror: Mirror,
  place: Place,
  session: Session & { tip: string; branch: string },
): Promise<Pick<PreparedWorktree, "session" | "since" | "kept">> {
  if (session.state !== "running") return { session, since: session.tip, kept: [] };
  const taken = await core.git.takeOver({
    ref: session.ref,
    mirror,
    key: place.key,
    path: place.cwd,
    branch: session.branch,
    since: session.tip,
    requestedBy: order.requestedBy,
    subject: order.subject,
    env: place.env,
  });
  const changed = await core.sessions.patch(session.ref, { tip: taken.tip, worktreeAt: undefined });
  return { session: changed, since: taken.tip, kept: taken.alsoKept.map(({ name }) => name) };
}

async function takeForgesCommits(
  core: Core,
  order: Pick<TurnOrder, "branch">,
  mirror: Mirror,
  place: Place,
  prepared: PreparedWorktree,
): Promise<PreparedWorktree> {
  const ours = prepared.since;
  const { ref } = prepared.session;
  const where = { mirror, key: place.key, path: place.cwd, env: place.env, branch: order.branch };
  const standOn = async (sha: string) => {
    if (prepared.session.worktreeAt !== sha) await core.git.sync({ ...where, to: sha });
    return core.sessions.patch(ref, { tip: sha, worktreeAt: sha });
  };
  const theirs = await mirror.head(order.branch);
  if (theirs === undefined || (await mirror.contains(theirs, ours))) {
    return { ...prepared, session: await standOn(ours) };
  }
  const merge = await core.git.merge(mirror, {
    ours,
    theirs,
    message: `Merge what was pushed to ${order.branch}`,
  });
  if (merge.kind === "conflict") {
    await standOn(ours);
    const conflicts = await core.git.beginMerge({ ...where, theirs });
    const session = await core.sessions.patch(ref, { worktreeAt: undefined });
    return { ...prepared, session, mergeOf: theirs, conflicts, mergedFromForge: true };
  }
  return {
    ...prepared,
    session: await standOn(merge.sha),
    since: merge.sha,
    mergedFromForge: true,
  };
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
