import { printRef } from "../ref.ts";
import type { TurnOrder, TurnReport } from "../turn.ts";
import { BASE, type Core } from "./core.ts";
import { conversationOf, ensureBase } from "./base.ts";
import { fetchMirror } from "./mirror.ts";
import { readInstructions } from "./instructions.ts";
import { openPlace } from "./place.ts";
import { prepareWorktree } from "./worktree.ts";

/** Runs one turn for an issue: mirror, worktree, agent, and its commits taken over. Nothing is pushed. */
export async function startTurn(core: Core, order: TurnOrder): Promise<TurnReport> {
  const ref = printRef(order.ref);
  const slug = await core.sessions.claimSlug(ref);
  const [mirror, place] = await Promise.all([
    order.patiently("fetch the repository", () =>
      fetchMirror(core, order.ref, order.source, order.signal),
    ),
    openPlace({
      agents: core.home.agents,
      slug,
      cwd: `${core.home.worktrees}/${slug}`,
      environment: (tempDir) => core.environment("dev", tempDir),
      lease: core.lease,
    }),
  ]);
  const prepared = await prepareWorktree(core, order, mirror, place);
  if (prepared.session.requester !== order.requestedBy) {
    const { requestedBy: requester } = order;
    await core.git.nameRequester({
      mirror,
      key: slug,
      path: place.cwd,
      env: place.env,
      requestedBy: requester,
    });
    await core.sessions.patch(ref, { requester });
  }
  const sessionId = prepared.session.opencodeSessionId;
  if (sessionId === undefined) await ensureBase(core, undefined, order.signal);
  const [forkOf, instructions] = await Promise.all([
    sessionId === undefined ? conversationOf(core, BASE) : undefined,
    readInstructions(mirror, order.base),
  ]);
  await core.sessions.patch(ref, { state: "running" });
  const result = await core.runner.run({
    place,
    sessionId,
    forkOf,
    prompt: order.prompt({
      continued: sessionId !== undefined,
      branch: order.branch,
      base: order.base,
      tempDir: place.tempDir,
      instructions,
      conflicts: prepared.conflicts,
      mergedFromForge: prepared.mergedFromForge,
    }),
    limits: order.limits,
    signal: order.signal,
    onSession: async (opencodeSessionId) => {
      await core.sessions.patch(ref, { opencodeSessionId });
    },
    onProgress: order.onProgress,
  });
  const taken = await core.git.takeOver({
    ref,
    mirror,
    key: place.key,
    path: place.cwd,
    branch: order.branch,
    since: prepared.since,
    requestedBy: order.requestedBy,
    subject: order.subject,
    env: place.env,
    mergeOf: prepared.mergeOf,
  });
  const tip = taken.rewritten
    ? await core.git.graft(mirror, {
        of: taken.tip,
        parents: [prepared.since, taken.tip],
        message: `Take over the rewritten history of ${order.branch}`,
      })
    : taken.tip;
  const isWhereItStands =
    tip === taken.tip && !taken.committedForAgent && taken.foundOn === undefined;
  await core.sessions.patch(ref, {
    state: result.outcome,
    tip,
    worktreeAt: isWhereItStands ? tip : undefined,
    unresolved: taken.unresolved,
  });
  return {
    result,
    branch: order.branch,
    base: order.base,
    commits: taken.commits,
    diffstat: await core.git.diffstat(mirror, { from: prepared.since, to: tip }),
    committedForAgent: taken.committedForAgent,
    foundOn: taken.foundOn,
    kept: [...prepared.kept, ...taken.alsoKept.map(({ name }) => name)],
    leftOut: taken.leftOut,
  };
}
