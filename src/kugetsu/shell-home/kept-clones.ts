import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** A clone of the shell version's, as it was when its home was taken over. */
export interface KeptClone {
  /** Relative to the home. */
  readonly path: string;
  /** Of its directory: the sanitized ref of the issue that it was made for. */
  readonly name: string;
  /** When the home was taken over; undefined when the backup's name does not say. */
  readonly at: Date | undefined;
}

/** The clones in all backups of a home, sorted. */
export async function keptClones(home: string): Promise<KeptClone[]> {
  const found: KeptClone[] = [];
  for (const backup of await directoriesIn(join(home, "backup"))) {
    const way = join("backup", backup, "worktrees");
    for (const name of await directoriesIn(join(home, way)))
      found.push({ path: join(way, name), name, at: timeOf(backup) });
  }
  return found;
}

/** Without those that a copy is still under way to. */
async function directoriesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith(".part"))
    .map(({ name }) => name)
    .toSorted();
}

/** `shell-2026-01-02T03-04-05-678Z` */
function timeOf(backup: string): Date | undefined {
  const [, day, hour, minute, second, ms] =
    /^shell-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z$/.exec(backup) ?? [];
  const time = new Date(`${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
