import { join } from "node:path";
import { removeIn } from "../git/directory.ts";
import { isAbandoned } from "../git/scratch.ts";
import { entriesOf } from "./directory-entries.ts";
import type { Find, Scene } from "./orphan.ts";

/** What processes that are gone left in `tmp/`. */
export async function scratch({ core }: Scene): Promise<Find[]> {
  const root = core.home.tmp;
  const entries = await entriesOf(root);
  return entries
    .filter(({ name }) => isAbandoned(name))
    .map(({ name }) => ({
      orphans: [{ kind: "temp_file", path: join(root, name) }],
      remove: async () => {
        await removeIn(root, join(root, name));
        return [];
      },
    }));
}
