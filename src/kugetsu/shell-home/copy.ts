import { constants } from "node:fs";
import {
  chmod,
  copyFile,
  cp,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  stat,
  symlink,
  unlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeTree } from "../git/directory.ts";

/**
 * Copies a file or a directory for its owner's eyes alone (0600, 0700). Links are copied as links, so that nothing
 * outside is ever read or changed; what is neither file, directory nor link has no content. Nothing there: nothing done.
 */
export async function copyPrivately(from: string, to: string): Promise<void> {
  const found = await lstat(from).catch(() => undefined);
  if (found === undefined) return;
  if (found.isDirectory()) {
    await mkdir(to, { recursive: true, mode: 0o700 });
    for (const name of await readdir(from)) await copyPrivately(join(from, name), join(to, name));
  } else if (found.isSymbolicLink()) {
    await symlink(await readlink(from), to);
  } else if (found.isFile()) {
    // On file systems that can share blocks it costs nothing.
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    await chmod(to, 0o600);
    await sync(to);
  }
}

/** Stands behind the name of what was copied whole and goes next; no ref's directory has such a name. */
export const COPIED = "#copied";

/**
 * Moves what stands at a path, as it is, a link as a link; also to another file system. Killed on the way there, it
 * leaves everything at `from`, or behind that name with COPIED, of which parts may be gone once `to` is there.
 */
export async function move(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    const partly = `${to}.part`;
    await removeTree(partly);
    await cp(from, partly, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    const copied = `${from}${COPIED}`;
    await rename(from, copied);
    await rename(partly, to);
    await removeTree(copied);
  }
}

/** Copies what a link leads to in its place, where that is a file of at most 1 MB. */
export async function copyLinked(from: string, to: string): Promise<void> {
  if ((await lstat(from).catch(() => undefined))?.isSymbolicLink() !== true) return;
  const found = await stat(from).catch(() => undefined);
  if (found?.isFile() !== true || found.size > MAX_LINKED_BYTES) return;
  await unlink(to);
  await copyFile(from, to);
  await chmod(to, 0o600);
  await sync(to);
}

const MAX_LINKED_BYTES = 1024 * 1024;

/** Has a file's content, or a directory's names, on the disk before anything relies on them. */
export async function sync(path: string): Promise<void> {
  await using opened = await open(path, constants.O_RDONLY);
  await opened.sync();
}
