import type { Session } from "../db/sessions.ts";
import type { Core } from "./core.ts";
import { destroySession } from "./destroy.ts";
import { removePlace } from "./place.ts";

/** Whether a session is about that repository; without an id on either side its name has to do. */
export function isAbout(session: Session, repositoryId: number | undefined): boolean {
  const known = session.repositoryId;
  return known === undefined || repositoryId === undefined || known === repositoryId;
}

/**
 * Takes leave of a session whose repository's name now means another repository: nothing of it may surface there. What
 * was not pushed is kept in the old repository's mirror.
 */
export async function retireOther(
  core: Core,
  ref: string,
  repositoryId: number | undefined,
): Promise<void> {
  const session = await core.sessions.get(ref);
  if (session === undefined || isAbout(session, repositoryId)) return;
  if (session.kind === "forked") {
    await destroySession(core, ref);
    return;
  }
  await core.runner.release(session.slug);
  await removePlace(core, session.slug);
  await core.sessions.remove(ref);
}
