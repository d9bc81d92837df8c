import { lstat, mkdir, readdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDirectory, removeTree } from "../git/directory.ts";
import type { Home } from "../home.ts";
import { copyLinked, copyPrivately, sync } from "./copy.ts";

/** Where backups lie, relative to the home. */
const BACKUPS = "backup";

/** What the shell version wrote, relative to its home; its worktrees are moved and not copied. */
const FILES = ["index.json", "sessions", "env", "config", "repos.json"];

/** The env files of a copy, where their directory is no link: what stands beside it is not to be changed. */
async function envFiles(copy: string): Promise<string[]> {
  if (!(await isDirectory(join(copy, "env")))) return [];
  const names = await readdir(join(copy, "env"));
  return names.filter((name) => name.endsWith(".env")).map((name) => join("env", name));
}

/** Whether the home holds anything of sessions: of the shell version's, while our database has none. */
export async function holdsSessionFiles(home: Home): Promise<boolean> {
  if ((await lstat(home.index).catch(() => undefined)) !== undefined) return true;
  if ((await readdir(home.sessions)).some((name) => name.endsWith(".json"))) return true;
  return (await readdir(home.worktrees)).length > 0;
}

/** Where a backup made at that time lies, relative to the home. */
export function backupAt(time: Date): string {
  return join(BACKUPS, `shell-${time.toISOString().replaceAll(/[:.]/g, "-")}`);
}

/**
 * Copies everything that the shell version wrote, unless that is done. Settings that are links to files elsewhere are
 * copied as those files. The copy is there whole or not at all.
 */
export async function backUp(home: Home, backup: string): Promise<void> {
  const made = join(home.root, backup);
  if (await isDirectory(made)) return;
  await mkdir(dirname(made), { recursive: true, mode: 0o700 });
  const partly = `${made}.part`;
  await removeTree(partly);
  await mkdir(partly, { mode: 0o700 });
  for (const file of FILES) await copyPrivately(join(home.root, file), join(partly, file));
  for (const file of ["config", "repos.json", ...(await envFiles(partly))])
    await copyLinked(join(home.root, file), join(partly, file));
  await sync(partly);
  await rename(partly, made);
  await sync(dirname(made));
}
