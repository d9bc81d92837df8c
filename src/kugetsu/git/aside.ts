import { chmod, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { assertKey } from "./check.ts";
import { isDirectory } from "./directory.ts";
import { privatePath } from "./place.ts";
import type { GitPlace } from "./place.ts";
import type { WorktreePlace } from "./worktree.ts";

/**
 * Moves a worktree and its private repository to `aside/<key>-<time>/` in the home, as they are: for what git cannot
 * read. Returns that name, relative to the home, or nothing when neither is there.
 */
export async function moveAside(place: GitPlace, { key, path }: WorktreePlace): Promise<string[]> {
  assertKey(key);
  const time = new Date().toISOString().replaceAll(/[:.]/g, "-");
  const name = join("aside", `${key}-${time}`);
  const directory = join(place.home, name);
  const moves = [
    [path, join(directory, "worktree")],
    [privatePath(place, key), join(directory, "repository.git")],
  ] as const;
  let moved = false;
  for (const [from, to] of moves) {
    if (!(await isDirectory(from))) continue;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // A directory that an agent made read-only could not be moved.
    await chmod(from, 0o700);
    await rename(from, to);
    moved = true;
  }
  return moved ? [name] : [];
}
