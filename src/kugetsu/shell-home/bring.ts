import { join } from "node:path";
import type { Session } from "../db/sessions.ts";
import { KugetsuError } from "../errors.ts";
import type { ClonedWork } from "../git/clone.ts";
import { isDirectory } from "../git/directory.ts";
import type { Mirror } from "../git/mirror.ts";
import type { TurnOrder } from "../turn.ts";
import type { Core, Place } from "../session/core.ts";

/** What a session's clone of the shell version held. */
export interface BroughtWork {
  /** The commit that the session goes on from, in the mirror; undefined when the clone cannot be read. */
  readonly tip: string | undefined;
  /** Names of refs in the mirror, and the clone's path in the home where it has to be looked at by a person. */
  readonly kept: readonly string[];
}

/**
 * Brings the work of a session's clone into the mirror: its commits, and what was not committed as a commit on top. The
 * clone itself stays in the backup, with all that git does not take along.
 *
 * @param base the commit that the work is meant for
 */
export async function bringClone(
  core: Core,
  order: Pick<TurnOrder, "ref" | "requestedBy" | "signal">,
  mirror: Mirror,
  place: Place,
  session: Session | undefined,
  base: string,
): Promise<BroughtWork | undefined> {
  if (session?.importedClone === undefined) return undefined;
  const { ref, importedClone } = session;
  const work = await read(core, {
    ref,
    mirror,
    key: place.key,
    path: join(core.home.root, importedClone),
    branch: `fix/issue-${order.ref.identifier}`,
    since: base,
    requestedBy: order.requestedBy,
    subject: "Work that was not committed yet",
    env: place.env,
    signal: order.signal,
  });
  if (work === undefined) {
    core.warn(
      `${ref}: git cannot read the shell version's clone in ${importedClone}; it stays there, and the session begins with the repository as it is.`,
    );
    const isThere = await isDirectory(join(core.home.root, importedClone));
    return { tip: undefined, kept: isThere ? [importedClone] : [] };
  }
  if (work.leftOut.length > 0) {
    const names = JSON.stringify(work.leftOut.slice(0, 5));
    core.warn(`${ref}: not brought along from ${importedClone}: ${work.leftOut.length}, ${names}.`);
  }
  return { tip: work.tip, kept: work.kept };
}

async function read(
  core: Core,
  request: Parameters<Core["git"]["takeClone"]>[0],
): Promise<ClonedWork | undefined> {
  try {
    return await core.git.takeClone(request);
  } catch (error) {
    // Damaged objects, for example; anything else may work with another try.
    if (error instanceof KugetsuError && error.code === "failed") return undefined;
    throw error;
  }
}

/** What is named as kept when an imported session is destroyed: its clone stays in the backup as it is. */
export function keptClone(session: Session): string[] {
  return session.importedClone === undefined ? [] : [session.importedClone];
}
