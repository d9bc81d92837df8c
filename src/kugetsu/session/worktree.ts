import { access } from "node:fs/promises";
import { KugetsuError } from "../errors.ts";
import { printRef } from "../ref.ts";
import type { Session } from "../db/sessions.ts";
import type { Mirror } from "../git/mirror.ts";
import type { TurnOrder } from "../turn.ts";
import type { Core, Place } from "./core.ts";
import { bringClone } from "../shell-home/bring.ts";
import { keepWorktree } from "./keep.ts";
import { takeTurnOver } from "./take-over.ts";

/** A worktree that is ready for a turn. */
export interface PreparedWorktree {
  readonly session: WorkingSession;
  /** Files with conflict markers of a merge that was begun: `session.mergeOf` says with what. */
  readonly conflicts: readonly string[];
  readonly mergedFromForge: boolean;
  /** What an earlier worktree held, where one was replaced. */
  readonly kept: readonly string[];
}

/** A session that has a worktree, standing on `tip`. */
export type WorkingSession = Session & { readonly tip: string; readonly branch: string };

type Order = Pick<
  TurnOrder,
  "ref" | "repositoryId" | "base" | "branch" | "resumed" | "requestedBy" | "subject" | "signal"
>;

/** Brings the session's worktree to where the turn starts: made, taken as it is, or with the forge's commits. */
export async function prepareWorktree(
  core: Core,
  order: Order,
  mirror: Mirror,
  place: Place,
): Promise<PreparedWorktree> {
  const found = await core.sessions.get(printRef(order.ref));
  if (!isWorking(found) || found.branch !== order.branch) {
    return openNew(core, order, mirror, place, found);
  }
  const scene = { core, order, mirror, place };
  const hasMore = isLeftOpen(found) && (await exists(place.cwd));
  if (hasMore && found.state === "running" && order.resumed) {
    const { mergeOf, unresolved } = found;
    const conflicts = mergeOf === undefined ? [] : unresolved;
    return { session: found, conflicts, mergedFromForge: false, kept: [] };
  }
  if (hasMore) {
    const { value, kept } = await orReopen(scene, found, found.tip, async () => {
      const { session, kept: alsoKept } = await takeTurnOver(core, order, mirror, place, found);
      return { session: working(session), kept: alsoKept };
    });
    const rest = await takeForgesCommits(scene, value.session);
    return { ...rest, kept: [...kept, ...value.kept, ...rest.kept] };
  }
  return takeForgesCommits(scene, found);
}

/**
 * Whether somebody may have worked in the worktree since it was taken over: an agent whose turn was cut off (before
 * `running`, a killed life changed nothing in there), or a person who was attached.
 */
export function isLeftOpen({ state }: Session): boolean {
  return state === "running" || state === "attached";
}

/** Lets the worktree of a session that is not left open stand on its tip. */
export async function bringToTip(
  core: Core,
  mirror: Mirror,
  place: Place,
  session: WorkingSession,
  signal: AbortSignal,
): Promise<void> {
  const { branch } = session;
  await standOn({ core, order: { branch, signal }, mirror, place }, session, session.tip);
}

interface Scene {
  readonly core: Core;
  readonly order: Pick<Order, "branch" | "signal">;
  readonly mirror: Mirror;
  readonly place: Place;
}

async function openNew(
  core: Core,
  order: Order,
  mirror: Mirror,
  place: Place,
  old: Session | undefined,
): Promise<PreparedWorktree> {
  const base = await mirror.head(order.base);
  if (base === undefined) {
    throw new KugetsuError("failed", `The repository has no branch ${order.base} to start from.`, {
      hint: "An empty repository needs a first commit.",
    });
  }
  await assertPossible(mirror, order.branch);
  // Nobody may be at work in a directory that is being emptied: it could lead the emptying elsewhere.
  if (old !== undefined) {
    await core.runner.release(place.key);
    await core.sessions.patch(old.ref, { worktreeAt: undefined });
  }
  const kept = await keepWorktree(core, mirror, place, old, { signal: order.signal });
  const theirs = await mirror.head(order.branch);
  const brought = await bringClone(core, order, mirror, place, old, base);
  const at = brought?.tip ?? theirs ?? base;
  const { branch, signal } = order;
  const { key, cwd: path, env } = place;
  await core.git.openWorktree({ mirror, key, branch, at, path, env, signal });
  const session = await core.sessions.put({
    ...old,
    ...FRESH,
    ref: printRef(order.ref),
    kind: "forked",
    repositoryId: order.repositoryId,
    worktreePath: place.cwd,
    branch: order.branch,
    base: order.base,
    startSha: brought === undefined ? at : base,
    tip: at,
    // A branch that is there already was found to be ours.
    pushedSha: theirs,
    worktreeAt: at,
    importedClone: undefined,
  });
  const keptBefore = [...kept, ...(brought?.kept ?? [])];
  if (brought?.tip === undefined) {
    return {
      session: working(session),
      conflicts: [],
      mergedFromForge: false,
      kept: keptBefore,
    };
  }
  const ready = await takeForgesCommits({ core, order, mirror, place }, working(session));
  return { ...ready, kept: [...keptBefore, ...ready.kept] };
}

/** What holds for a worktree that was just made. */
const FRESH = { state: "idle", unresolved: [], requester: undefined, mergeOf: undefined };

/** git keeps branches as files: `fix` and `fix/issue-14` cannot both be there. */
async function assertPossible(mirror: Mirror, branch: string): Promise<void> {
  const heads = await mirror.heads();
  const parts = branch.split("/");
  for (let count = 1; count < parts.length; count += 1) {
    const inTheWay = parts.slice(0, count).join("/");
    if (!heads.has(inTheWay)) continue;
    throw new KugetsuError(
      "conflict",
      `The repository has a branch called ${inTheWay}, beside which git cannot have ${branch}. Rename that branch first.`,
    );
  }
}

async function takeForgesCommits(scene: Scene, session: WorkingSession): Promise<PreparedWorktree> {
  const { core, order, mirror, place } = scene;
  const ours = session.tip;
  const theirs = await mirror.head(order.branch);
  if (theirs === undefined || (await mirror.contains(theirs, ours))) {
    return { ...(await standOn(scene, session, ours)), conflicts: [], mergedFromForge: false };
  }
  const message = `Merge what was pushed to ${order.branch}`;
  const merge = await core.git.merge(mirror, { ours, theirs, message });
  if (merge.kind !== "conflict") {
    return {
      ...(await standOn(scene, session, merge.sha)),
      conflicts: [],
      mergedFromForge: true,
    };
  }
  const stood = await standOn(scene, session, ours);
  // Written down first: whoever takes over after a crash must know of the merge, or its markers pass for work.
  await core.sessions.patch(session.ref, {
    mergeOf: theirs,
    unresolved: [...new Set([...session.unresolved, ...merge.files])],
    worktreeAt: undefined,
  });
  const { key, cwd: path, env } = place;
  const conflicts = await core.git.beginMerge({
    mirror,
    key,
    path,
    env,
    theirs,
    signal: order.signal,
  });
  const unresolved = [...new Set([...session.unresolved, ...conflicts])];
  const merging = await core.sessions.patch(session.ref, { unresolved });
  return { ...stood, session: working(merging), conflicts, mergedFromForge: true };
}

/** Lets the worktree stand on a commit of the mirror. */
async function standOn(
  scene: Scene,
  session: WorkingSession,
  sha: string,
): Promise<Pick<PreparedWorktree, "session" | "kept">> {
  const { core, order, mirror, place } = scene;
  const { key, cwd: path, env } = place;
  const { kept } = await orReopen(scene, session, sha, async () => {
    if (session.worktreeAt === sha && (await exists(path))) return;
    const { branch, signal } = order;
    // Written down first: whoever ends this midway leaves it between two commits.
    await core.sessions.patch(session.ref, { worktreeAt: undefined });
    await core.git.sync({ mirror, key, path, env, branch, to: sha, signal });
  });
  const change = { tip: sha, worktreeAt: sha, mergeOf: undefined };
  return { session: working(await core.sessions.patch(session.ref, change)), kept };
}

/** Does something in the worktree; where an agent left it unusable, a new one at `at` takes its place. */
async function orReopen<T>(
  { core, order, mirror, place }: Scene,
  session: WorkingSession,
  at: string,
  act: () => Promise<T>,
): Promise<{ readonly value: T; readonly kept: readonly string[] }> {
  try {
    return { value: await act(), kept: [] };
  } catch (error) {
    if (!(error instanceof KugetsuError) || error.code !== "failed") throw error;
  }
  await core.runner.release(place.key);
  await core.sessions.patch(session.ref, { worktreeAt: undefined });
  const kept = await keepWorktree(core, mirror, place, session, { signal: order.signal });
  const { key, cwd: path, env } = place;
  const { branch, signal } = order;
  await core.git.openWorktree({ mirror, key, branch, at, path, env, signal });
  // Markers that were committed are in the new worktree as well.
  const { unresolved } = session;
  await core.sessions.patch(session.ref, { ...FRESH, unresolved, worktreeAt: at });
  return { value: await act(), kept };
}

export function isWorking(session: Session | undefined): session is WorkingSession {
  return session?.tip !== undefined && session.branch !== undefined;
}

function working(session: Session): WorkingSession {
  if (isWorking(session)) return session;
  throw new KugetsuError("internal", "A session lost its branch.");
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
