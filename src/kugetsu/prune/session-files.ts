import { join } from "node:path";
import { removeIn } from "../git/directory.ts";
import { BASE, PM_AGENT } from "../session/core.ts";
import { entriesOf } from "./directory-entries.ts";
import type { Find, Scene } from "./orphan.ts";

const ALWAYS_KEPT = new Set([`${BASE}.json`, `${PM_AGENT}.json`]);

/** Session files of sessions that are not there. */
export async function sessionFiles({ core, sessions }: Scene): Promise<Find[]> {
  const known = new Set(sessions.map(({ slug }) => `${slug}.json`));
  const root = core.home.sessions;
  const entries = await entriesOf(root);
  return entries
    .filter((entry) => entry.name.endsWith(".json") && !entry.isDirectory())
    .filter(({ name }) => !known.has(name) && !ALWAYS_KEPT.has(name))
    .map(({ name }) => ({
      orphans: [{ kind: "session_file", path: join(root, name) }],
      remove: async () => {
        const now = await core.sessions.list();
        if (now.some(({ slug }) => `${slug}.json` === name)) return undefined;
        await removeIn(root, join(root, name));
        return [];
      },
    }));
}
