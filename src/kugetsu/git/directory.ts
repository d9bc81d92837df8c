import { chmod, lstat, mkdir, readdir, rename, rm, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { KugetsuError } from "../errors.ts";

/** Whether a real directory (no symlink to one) stands there. */
export async function isDirectory(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() === true;
}

/** Those of the paths at which a real directory stands. */
export async function directoriesAmong(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(isDirectory));
  return paths.filter((_, index) => found[index]);
}

/**
 * Removes what stands at `path`, which must lie directly in `root`: so no symlink on the way can lead elsewhere, and
 * a symlink in its place is removed as such.
 *
 * @throws KugetsuError `invalid` when it lies elsewhere
 */
export async function removeIn(root: string, path: string): Promise<void> {
  const absolute = assertDirectlyIn(root, path);
  const stat = await lstat(absolute).catch(absent);
  if (stat === undefined) return;
  if (stat.isDirectory()) await removeTree(absolute);
  else await unlink(absolute);
}

/**
 * Like `removeIn`, but what stands there is first moved to `trash`, so that no half of it is ever seen at its place.
 *
 * @param trash absolute path at which nothing stands, on the same file system where that is possible
 * @throws KugetsuError `invalid` when it lies elsewhere
 */
export async function removeAtOnce(root: string, path: string, trash: string): Promise<void> {
  const absolute = assertDirectlyIn(root, path);
  if (!(await isDirectory(absolute))) return removeIn(root, path);
  try {
    // Nobody may move a directory that he cannot write.
    await chmod(absolute, 0o700);
    await rename(absolute, trash);
  } catch {
    return removeIn(root, path);
  }
  await removeTree(trash);
}

/**
 * Empties the directory at `path`, which must lie directly in `root`, or makes it. Where one stands there it stays the
 * same one, for whoever has it open.
 *
 * @throws KugetsuError `invalid` when it lies elsewhere
 */
export async function emptyIn(root: string, path: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  if (!(await isDirectory(path))) await removeIn(root, path);
  assertDirectlyIn(root, path);
  await mkdir(path, { recursive: true, mode: 0o700 });
  // An agent may have closed it.
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await removeTree(join(path, name));
}

/** Removes a directory with all that is in it, read-only directories too; symlinks are not followed. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (!["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    // A module cache makes its directories read-only, and then nothing in them can be removed.
    await makeWritable(path);
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The path, made absolute. @throws KugetsuError `invalid` when it does not lie directly in `root` */
export function assertDirectlyIn(root: string, path: string): string {
  const absolute = resolve(path);
  if (dirname(absolute) !== resolve(root) || absolute === resolve(root)) {
    throw new KugetsuError(
      "invalid",
      "That directory is none of kugetsu's own and is not touched.",
    );
  }
  return absolute;
}

async function makeWritable(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(directory, entry.name));
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  // Where the name is too long, nothing can be.
  if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(error.code ?? "")) return undefined;
  throw error;
}

/** Whether anything is there, be it a link that leads nowhere. */
export async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
