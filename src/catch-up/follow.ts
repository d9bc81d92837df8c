import type { RepositoryId } from "../forge/event.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { Rename, Watch } from "./watch.ts";
import { renameRepository, type Watched } from "./watched.ts";

/**
 * Finds out what a repository is called now, since no delivery tells of a rename: the forge sends on who asks by the old
 * name.
 *
 * @returns it under its newest name, and whether all that is known of it goes by that now
 * @throws KugetsuError `not_found` when it is gone, or another one has its name
 */
export async function followRepository(
  watch: Watch,
  watched: Watched,
): Promise<{ readonly watched: Watched; readonly isDone: boolean }> {
  const { owner, name, id } = watched;
  const now = await watch.forge.repository(owner, name);
  if (now.id !== id) {
    throw new KugetsuError("not_found", "Another repository has its name now.", {
      hint: "The next delivery from it tells what it is called.",
    });
  }
  if (now.owner === owner && now.name === name) return { watched, isDone: true };
  const to = { owner: now.owner, name: now.name };
  const isDone = await tellRename(watch, watched, to);
  return { watched: { ...watched, ...to }, isDone };
}

/** @returns false where it has to be told again, since a turn is at work there */
export async function tellRename(
  watch: Watch,
  { id, owner, name }: RepositoryId,
  to: Rename["to"],
): Promise<boolean> {
  const { forge, log, db } = watch;
  const fields = { forge: watch.name, id, from: `${owner}/${name}`, to };
  try {
    await watch.onRename({
      forge: watch.name,
      instance: forge.instance,
      id,
      from: { owner, name },
      to,
    });
  } catch (error) {
    if (!(error instanceof KugetsuError) || error.code !== "conflict") throw error;
    log.info({ ...fields, why: error.message }, "A rename is followed later");
    return false;
  }
  renameRepository(db, { forge: watch.name, id }, to);
  log.info(fields, "A repository is renamed");
  return true;
}
