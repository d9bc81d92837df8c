import { KugetsuError } from "../kugetsu/errors.ts";
import type { Watch } from "./watch.ts";
import { renameRepository, type Watched } from "./watched.ts";

/**
 * Finds out what a repository is called now, since no delivery tells of a rename: the forge sends on who asks by the old
 * name. @returns it under its newest name
 * @throws KugetsuError `not_found` when it is gone, or another one has its name
 */
export async function followRepository(watch: Watch, watched: Watched): Promise<Watched> {
  const { owner, name, id } = watched;
  const now = await watch.forge.repository(owner, name);
  if (now.id !== id) {
    throw new KugetsuError("not_found", "Another repository has its name now.", {
      hint: "The next delivery from it tells what it is called.",
    });
  }
  if (now.owner === owner && now.name === name) return watched;
  const to = { owner: now.owner, name: now.name };
  await watch.onRename({ forge: watch.name, id, from: { owner, name }, to });
  renameRepository(watch.db, { forge: watch.name, id }, to);
  watch.log.info(
    { forge: watch.name, id, from: `${owner}/${name}`, to },
    "A repository is renamed",
  );
  return { ...watched, ...to };
}
