import { lstat, mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../git/directory.ts";
import type { Home } from "../home.ts";
import { copyPrivately, syncDirectory } from "./copy.ts";

/** Where backups lie, relative to the home. */
const BACKUPS = "backup";

/** What the shell version wrote, relative to its home; its worktrees are moved and not copied. */
const FILES = ["index.json", "sessions", "env", "config", "repos.json"];

/** Whether the home holds anything of sessions: of the shell version's, while our database has none. */
export async function holdsSessionFiles(home: Home): Promise<boolean> {
  if ((await lstat(home.index).catch(() => undefined)) !== undefined) return true;
  if ((await readdir(home.sessions)).some((name) => name.endsWith(".json"))) return true;
  return (await readdir(home.worktrees)).length > 0;
}

/** Copies everything that the shell version wrote, and returns the copy's path relative to the home. */
export async function backUp(home: Home, now: Date): Promise<string> {
  const all = join(home.root, BACKUPS);
  await mkdir(all, { recursive: true, mode: 0o700 });
  for (const name of await readdir(all)) {
    if (name.endsWith(PARTLY)) await removeTree(join(all, name));
  }
  const name = `shell-${now.toISOString().replaceAll(/[:.]/g, "-")}`;
  const made = join(all, `${name}${PARTLY}`);
  await mkdir(made, { mode: 0o700 });
  for (const file of FILES) await copyPrivately(join(home.root, file), join(made, file));
  await syncDirectory(made);
  // It is there whole or not at all.
  await rename(made, join(all, name));
  await syncDirectory(all);
  return join(BACKUPS, name);
}

const PARTLY = ".part";
