import { join } from "node:path";
import { boxedGit } from "./boxed.ts";
import { isSha } from "./check.ts";
import { isDirectory } from "./directory.ts";
import type { Fetched } from "./fetched.ts";
import { ownRepository } from "./own-repository.ts";
import { mirrorPath } from "./place.ts";
import type { GitPlace } from "./place.ts";
import { namesIn } from "./real-path.ts";
import { makeScratch } from "./scratch.ts";

/** Of one submodule; a build makes thousands. */
const MOST_PATHS = 100;

/**
 * Files that stand otherwise in the directories of submodules than the bot has put them there, new ones included that
 * are not ignored; at most 100 of each. A directory that was emptied, or made a repository of the agent's own, is not
 * looked at.
 */
export async function changedInSubmodules(
  place: GitPlace,
  worktree: { readonly path: string; readonly signal?: AbortSignal | undefined },
  { submodules }: Fetched,
): Promise<string[]> {
  const changed: string[] = [];
  for (const { path, sha, mirror } of submodules) {
    const from = mirrorPath(place, mirror);
    const names = (await namesIn(worktree.path, path)) ?? [];
    if (names.length === 0 || names.includes(".git") || !isSha(sha)) continue;
    if (!(await isDirectory(from))) continue;
    await using scratch = await makeScratch(place);
    const repository = await ownRepository({
      path: join(scratch.path, "git"),
      mirror: from,
      worktree: worktree.path,
      files: join(worktree.path, path),
    });
    const { signal } = worktree;
    await boxedGit(place, repository, ["read-tree", sha], { signal });
    const args = ["ls-files", "-z", "--modified", "--others", "--exclude-standard"];
    const listed = await boxedGit(place, repository, args, { signal });
    const files = [...new Set(listed.stdout.toString().split("\0"))].toSorted();
    for (const file of files.filter((name) => name !== "").slice(0, MOST_PATHS))
      changed.push(`${path}/${file}`);
  }
  return changed;
}
