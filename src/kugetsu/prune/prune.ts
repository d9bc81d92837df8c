import { holdLease, type LeaseDesk } from "../db/hold.ts";
import { KugetsuError, safeMessage } from "../errors.ts";
import type { Core } from "../session/core.ts";
import { files } from "./files.ts";
import { deadLeases } from "./leases.ts";
import { leftovers } from "./leftovers.ts";
import { type Find, look, type Orphan } from "./orphan.ts";
import { registrations } from "./registrations.ts";
import { scratch } from "./scratch.ts";
import { sessionFiles } from "./session-files.ts";
import { halfDestroyed } from "./sessions.ts";
import { sockets } from "./sockets.ts";

/** What was found together, and what became of it. */
export interface Pruned {
  readonly orphans: readonly Orphan[];
  /** `found`: nothing was asked for; `in_use`: somebody works on it, or it belongs to a session again. */
  readonly outcome: "found" | "removed" | "in_use" | "failed";
  /** Where its work was kept: names of refs, and paths in the home. */
  readonly kept: readonly string[];
  /** Why it failed, safe to print. */
  readonly failure?: string;
}

/**
 * Finds what belongs to nothing that is there; with `force` removes it, after its work was kept. Never the base
 * session, the PM agent or a mirror, and nothing that a running process uses.
 *
 * @throws KugetsuError `conflict` when another process does the same
 */
export async function prune(
  core: Core,
  desk: LeaseDesk,
  { force }: { readonly force: boolean },
): Promise<readonly Pruned[]> {
  if (!force) {
    const finds = await findAll(core, desk);
    return finds.map(({ orphans }) => ({ orphans, outcome: "found", kept: [] }));
  }
  const { held } = await tryHold(desk, "prune");
  if (held === undefined) {
    throw new KugetsuError("conflict", "Another `kugetsu prune` is at work.", {
      hint: "Try again when it has ended.",
    });
  }
  await using _held = held;
  const pruned: Pruned[] = [];
  for (const find of await findAll(core, desk)) pruned.push(await removeFind(desk, find));
  return pruned;
}

function tryHold(desk: LeaseDesk, resource: string) {
  return holdLease(desk, { resource, kind: "admin", evenOfTurns: true });
}

async function findAll(core: Core, desk: LeaseDesk): Promise<Find[]> {
  const scene = await look(core, desk);
  return [
    // Before the others: what a dead process holds is nobody's.
    ...deadLeases(scene),
    ...halfDestroyed(scene),
    ...(await leftovers(scene)),
    ...(await sessionFiles(scene)),
    ...(await registrations(scene)),
    ...(await files(scene)),
    ...(await scratch(scene)),
    ...(await sockets(scene)),
  ];
}

async function removeFind(desk: LeaseDesk, { orphans, resource, remove }: Find): Promise<Pruned> {
  try {
    await using stack = new AsyncDisposableStack();
    if (resource !== undefined) {
      const { held } = await tryHold(desk, resource);
      if (held === undefined) return { orphans, outcome: "in_use", kept: [] };
      stack.use(held);
    }
    const kept = await remove();
    return kept === undefined
      ? { orphans, outcome: "in_use", kept: [] }
      : { orphans, outcome: "removed", kept };
  } catch (error) {
    // One that cannot be removed must not hold the others back.
    const { code } = error as NodeJS.ErrnoException;
    const failure =
      error instanceof KugetsuError || typeof code !== "string" ? safeMessage(error) : code;
    return { orphans, outcome: "failed", kept: [], failure };
  }
}
