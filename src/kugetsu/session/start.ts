import { mkdir } from "node:fs/promises";
import { changedExtras } from "../extras/changed.ts";
import { provideExtras } from "../extras/provide.ts";
import type { Mirror } from "../git/mirror.ts";
import { printRef } from "../ref.ts";
import type { TurnResult } from "../runner.ts";
import type { TurnFacts, TurnOrder, TurnReport } from "../turn.ts";
import { BASE, type Core, type Place } from "./core.ts";
import { conversationOf, ensureBase } from "./base.ts";
import { existingMirror, fetchMirror, repositoryOf } from "./mirror.ts";
import { noRoom } from "./disk.ts";
import { readInstructions } from "./instructions.ts";
import { issuePlace } from "./place.ts";
import { retireOther } from "./same-repository.ts";
import { converse } from "./converse.ts";
import { takeTurnOver } from "./take-over.ts";
import { exists, prepareWorktree, type PreparedWorktree } from "./worktree.ts";

/** Runs one turn for an issue: mirror, worktree, agent, and its commits taken over. Nothing is pushed. */
export async function startTurn(core: Core, given: TurnOrder): Promise<TurnReport> {
  const ref = printRef(given.ref);
  const full = await noRoom(core, ref);
  if (full !== undefined) return notBegun(given, full);
  await retireOther(core, ref, given.repositoryId);
  const order = repositoryOf(given, await core.sessions.get(ref));
  const slug = await core.sessions.claimSlug(ref);
  const place = await issuePlace(core, slug, order);
  await using _agent = await beginAgent(core, ref, place, order.signal);
  const ready =
    (await worktreeAsLeft(core, order, place)) ?? (await worktreeFetched(core, order, place));
  const { mirror, prepared } = ready;
  await nameRequester(core, order, ready, place);
  const { key, cwd: path, env } = place;
  const worktree = { mirror, key, path, env, signal: order.signal };
  const extras = await provideExtras(core, order, worktree, prepared.session.tip);
  const result = await converse(core, prepared.session, place, order, {
    beginning: async () => {
      await ensureBase(core);
      return conversationOf(core, BASE);
    },
    prompt: (continued) =>
      order.prompt({
        continued,
        branch: order.branch,
        base: order.base,
        tempDir: place.tempDir,
        instructions: ready.instructions,
        conflicts: prepared.conflicts,
        mergedFromForge: prepared.mergedFromForge,
        extras,
      }),
  });
  const { taken, tip, kept } = await takeTurnOver(
    core,
    order,
    mirror,
    place,
    prepared.session,
    result.outcome,
  );
  return {
    result,
    branch: order.branch,
    base: order.base,
    commits: taken.commits,
    diffstat: await core.git.diffstat(mirror, { from: prepared.session.tip, to: tip }),
    committedForAgent: taken.committedForAgent,
    foundOn: taken.foundOn,
    kept: [...prepared.kept, ...kept],
    leftOut: taken.leftOut,
    extras: [...extras.notes, ...changedExtras(taken.changedFetched)],
  };
}

function notBegun(order: TurnOrder, result: TurnResult): TurnReport {
  const { branch, base } = order;
  const diffstat = { files: 0, insertions: 0, deletions: 0, entries: [], more: 0 };
  const nothing = { commits: [], diffstat, kept: [], leftOut: [] };
  return { result, branch, base, ...nothing, committedForAgent: false, foundOn: undefined };
}

/** Starts the agent's process early, if it can be: it sees those directories that are there when it starts. */
async function beginAgent(
  core: Core,
  ref: string,
  place: Place,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  const own = [place.cwd, ...(place.writable ?? [])];
  const isNew = (await core.sessions.get(ref))?.tip === undefined;
  if (isNew) for (const path of own) await mkdir(path, { recursive: true, mode: 0o700 });
  // The mirror is put in place as a whole, so that of a new repository nothing can be there yet.
  const areThere = await Promise.all([...own, ...(place.readable ?? [])].map(exists));
  if (!areThere.every(Boolean)) return { [Symbol.asyncDispose]: async () => undefined };
  return core.runner.prepare(place, signal);
}

interface ReadyWorktree {
  readonly mirror: Mirror;
  readonly prepared: PreparedWorktree;
  readonly instructions: TurnFacts["instructions"];
}

/** Nothing happened since the last turn, as the forge has just told: no git is needed before the agent goes on. */
async function worktreeAsLeft(
  core: Core,
  order: TurnOrder,
  place: Place,
): Promise<ReadyWorktree | undefined> {
  const session = await core.sessions.get(printRef(order.ref));
  const tip = session?.tip;
  if (session === undefined || tip === undefined || session.state === "running" || order.resumed)
    return undefined;
  // The branch stands where we pushed it, or is not on the forge and never was.
  const isUnpushed = order.forgeHead === undefined && session.pushedSha === undefined;
  if (session.branch !== order.branch || session.worktreeAt !== tip) return undefined;
  if (session.unresolved.length > 0) return undefined;
  if (order.forgeHead !== tip && !isUnpushed) return undefined;
  const [mirror, isThere] = await Promise.all([existingMirror(core, order), exists(place.cwd)]);
  if (mirror === undefined || !isThere) return undefined;
  const prepared = {
    session: { ...session, tip, branch: order.branch },
    conflicts: [],
    mergedFromForge: false,
    kept: [],
  };
  const isBriefed = session.seenCommentId !== undefined;
  const instructions = isBriefed ? undefined : await readInstructions(mirror, order.base);
  return { mirror, prepared, instructions };
}

async function worktreeFetched(core: Core, order: TurnOrder, place: Place): Promise<ReadyWorktree> {
  const mirror = await order.patiently("fetch the repository", () =>
    fetchMirror(core, order, order.source, order.signal),
  );
  const [prepared, instructions] = await Promise.all([
    prepareWorktree(core, order, mirror, place),
    readInstructions(mirror, order.base),
  ]);
  return { mirror, prepared, instructions };
}

async function nameRequester(
  core: Core,
  order: TurnOrder,
  ready: ReadyWorktree,
  place: Place,
): Promise<void> {
  const { session } = ready.prepared;
  const { requestedBy, signal } = order;
  if (session.requester === requestedBy) return;
  const { key, cwd: path, env } = place;
  await core.git.nameRequester({ mirror: ready.mirror, key, path, env, requestedBy, signal });
  await core.sessions.patch(session.ref, { requester: requestedBy });
}
