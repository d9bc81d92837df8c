import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { assertKey } from "./check.ts";
import { assertDirectlyIn, isDirectory } from "./directory.ts";
import { privatePath } from "./place.ts";
import type { GitPlace } from "./place.ts";
import type { WorktreePlace } from "./worktree.ts";

/** What is to be moved, and the name under which it will lie there. */
export interface AsideRequest extends WorktreePlace {
  /** Absolute; without it the private repository that the key names. */
  readonly repository?: string;
}

/**
 * Moves a worktree and its private repository to `aside/<key>-<time>/` in the home, as they are: for what git cannot
 * read. Returns that name, relative to the home, or nothing when neither is there. Called again with the same time,
 * after it was cut off between the two, it moves what is left to the same place.
 *
 * @throws KugetsuError `invalid` for anything that does not lie directly in the directory of its kind
 */
export async function moveAside(
  place: GitPlace,
  { key, path, repository = privatePath(place, key) }: AsideRequest,
  at: Date = new Date(),
): Promise<string[]> {
  assertKey(key);
  const name = asideName(key, at);
  const directory = join(place.home, name);
  const moves = [
    [assertDirectlyIn(place.worktrees, path), join(directory, "worktree")],
    [assertDirectlyIn(join(place.home, "private"), repository), join(directory, "repository.git")],
  ] as const;
  let moved = false;
  for (const [from, to] of moves) {
    const stat = await lstat(from).catch(() => undefined);
    // A symlink holds no work, and leads to nobody knows where.
    if (stat === undefined || stat.isSymbolicLink()) continue;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // A directory that an agent made read-only could not be moved.
    if (stat.isDirectory()) await chmod(from, 0o700);
    await rename(from, to);
    moved = true;
  }
  return moved ? [name] : [];
}

/** Whether a call of `moveAside` with that time has moved anything. */
export function isAside(place: GitPlace, key: string, at: Date): Promise<boolean> {
  return isDirectory(join(place.home, asideName(key, at)));
}

/** A name may have 255 bytes; keys of sessions are shorter than this. */
const MOST_OF_KEY = 200;

function asideName(key: string, at: Date): string {
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 16);
  const short = key.length > MOST_OF_KEY ? `${key.slice(0, MOST_OF_KEY - 17)}-${hash}` : key;
  return join("aside", `${short}-${at.toISOString().replaceAll(/[:.]/g, "-")}`);
}
