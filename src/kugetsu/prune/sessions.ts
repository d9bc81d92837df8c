import { destroySession } from "../session/destroy.ts";
import { isGoing } from "../session/states.ts";
import type { Find, Scene } from "./orphan.ts";

/** Sessions whose removal was cut off. */
export function halfDestroyed({ core, sessions, held }: Scene): Find[] {
  return sessions
    .filter(({ ref, state }) => isGoing(state) && !held.has(ref))
    .map(({ ref }) => ({
      orphans: [{ kind: "session", ref }],
      resource: ref,
      remove: async () => {
        const now = await core.sessions.get(ref);
        if (now === undefined || !isGoing(now.state)) return undefined;
        return (await destroySession(core, ref)).kept;
      },
    }));
}
