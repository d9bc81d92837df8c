import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Whether a path from a repository can stand in a worktree, and is nothing of git's own. */
export function isInside(path: string): boolean {
  // oxlint-disable-next-line no-control-regex
  if (path === "" || path.length > 1000 || /[\u0000-\u001f\u007f\\]/.test(path)) return false;
  return path
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && part.toLowerCase() !== ".git");
}

/** Whether the way to `path` in `root` leads through directories alone, as far as there is one: no symlink, no file. */
export async function isPlainWay(root: string, path: string): Promise<boolean> {
  let at = root;
  for (const part of path.split("/")) {
    const stat = await lstat(at).catch(() => undefined);
    if (stat === undefined) return true;
    if (!stat.isDirectory()) return false;
    at = join(at, part);
  }
  return true;
}

/** The names in a directory of a worktree; undefined when none stands there, or the way to it is no plain one. */
export async function namesIn(root: string, path: string): Promise<string[] | undefined> {
  if (!(await isPlainWay(root, path))) return undefined;
  if ((await lstat(join(root, path)).catch(() => undefined))?.isDirectory() !== true)
    return undefined;
  return readdir(join(root, path)).catch(() => undefined);
}

/** Opens a regular file that an agent can replace at any time; undefined for anything else. */
export async function openPlain(root: string, path: string): Promise<FileHandle | undefined> {
  if (!(await isPlainWay(root, path))) return undefined;
  // A pipe in its place would hang the reader.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  const file = await open(join(root, path), flags).catch(() => undefined);
  if (file === undefined || (await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}
