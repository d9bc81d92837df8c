import type { Session } from "../db/sessions.ts";
import type { Core } from "./core.ts";
import { destroySession } from "./destroy.ts";
import { isGoing } from "./states.ts";

/** Whether a session is about that repository; without an id on either side its name has to do. */
export function isAbout(session: Session, repositoryId: number | undefined): boolean {
  const known = session.repositoryId;
  return known === undefined || repositoryId === undefined || known === repositoryId;
}

/**
 * Takes leave of a session whose repository's name now means another repository: nothing of it may surface there. What
 * was not pushed is kept in the old repository's mirror. One that somebody began to destroy goes as well.
 */
export async function retireOther(
  core: Core,
  ref: string,
  repositoryId: number | undefined,
): Promise<void> {
  const session = await core.sessions.get(ref);
  if (session === undefined) return;
  if (!isAbout(session, repositoryId) || isGoing(session.state)) await destroySession(core, ref);
}
