import { setTimeout as delay } from "node:timers/promises";
import type { Person } from "../forge/event.ts";
import type { Forge } from "../forge/forge.ts";
import { KugetsuError, safeMessage } from "../kugetsu/errors.ts";
import type { Log } from "../log.ts";
import type { ForgeRegistry } from "./registry.ts";

/** Who the bot is on each forge. Disposing of it ends the asking. */
export interface Selves extends AsyncDisposable {
  /** The bot's account there; undefined while the forge has not told it, which is asked for from then on. */
  of(name: string): Person | undefined;
}

/** Asks each forge until it answers: one that starts together with the bot may be slower. */
export function createSelves(forges: Pick<ForgeRegistry, "get">, log: Log): Selves {
  const ended = new AbortController();
  const known = new WeakMap<Forge, Person>();
  const asked = new Map<Forge, Promise<void>>();

  const learn = async (name: string, forge: Forge): Promise<void> => {
    // A forge that is configured anew, or not any more, is not asked for the old one.
    for (
      let wait = 1_000;
      !ended.signal.aborted && forges.get(name)?.forge === forge;
      wait = Math.min(wait * 2, 60_000)
    ) {
      try {
        known.set(forge, await forge.self());
        return;
      } catch (error) {
        const level = error instanceof KugetsuError && error.needsOperator ? "error" : "warn";
        // Its words are enough: a forge that is not up yet is no defect with a stack.
        log[level](
          { forge: name, why: safeMessage(error) },
          "The forge does not say who the bot is. Trying again.",
        );
      }
      await delay(wait, undefined, { signal: ended.signal, ref: false }).catch(() => undefined);
    }
  };

  return {
    of(name) {
      const forge = forges.get(name)?.forge;
      if (forge === undefined) return undefined;
      const person = known.get(forge);
      if (person === undefined && !asked.has(forge) && !ended.signal.aborted)
        asked.set(
          forge,
          learn(name, forge).finally(() => asked.delete(forge)),
        );
      return person;
    },
    // A call that hangs is not waited for: the process may end.
    [Symbol.asyncDispose]: async () => ended.abort(),
  };
}
