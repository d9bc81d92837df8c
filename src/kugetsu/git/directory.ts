import { chmod, lstat, readdir, realpath, rm, unlink } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { KugetsuError } from "../errors.ts";

/** Whether a real directory (no symlink to one) stands there. */
export async function isDirectory(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() === true;
}

/**
 * Removes what stands at `path`, which must lie under `root` in the file system as it really is.
 *
 * @throws KugetsuError `invalid` when it lies elsewhere
 */
export async function removeUnder(root: string, path: string): Promise<void> {
  if (!isUnder(resolve(root), resolve(path))) throw outside();
  const stat = await lstat(path).catch(absent);
  if (stat === undefined) return;
  if (!isUnder(await realpath(root), join(await realpath(dirname(path)), "x"))) throw outside();
  if (stat.isDirectory()) await removeTree(path);
  else await unlink(path);
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

async function makeWritable(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(directory, entry.name));
  }
}

function isUnder(root: string, path: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
  throw error;
}

function outside(): KugetsuError {
  return new KugetsuError(
    "invalid",
    "That directory lies outside of kugetsu's own and is not touched.",
  );
}
