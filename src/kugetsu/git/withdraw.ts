import { boxedCommand } from "./boxed.ts";
import type { BoxedRepository } from "./boxed.ts";
import type { Fetched } from "./fetched.ts";
import { insist } from "./insist.ts";
import type { GitPlace } from "./place.ts";
import { namesIn } from "./real-path.ts";
import { run, succeeded } from "./run.ts";

const WORDS = "What was fetched into the worktree could not be taken out of it.";

// A build makes directories read-only, and then nothing in them can be removed. An empty directory stays: without one
// the submodule would count as deleted.
const EMPTY = 'chmod -R u+rwX -- "$@"; rm -rf -- "$@" && mkdir -p -- "$@"';

/**
 * Takes out of a worktree what the bot has put there: the directories of submodules are empty then, and pointers stand
 * in place of the contents of LFS files, whatever was done to these. Where an agent has made a repository of its own in
 * such a directory, that stays.
 *
 * @param repository the agent's, in the worktree
 * @throws KugetsuError `failed`
 */
export async function withdraw(
  place: GitPlace,
  repository: BoxedRepository,
  { submodules, lfs }: Fetched,
  signal?: AbortSignal,
): Promise<void> {
  const directories: string[] = [];
  for (const { path } of submodules) {
    const names = await namesIn(repository.worktree, path);
    if (names !== undefined && names.length > 0 && !names.includes(".git")) directories.push(path);
  }
  if (directories.length > 0) {
    const shell = ["-c", EMPTY, "sh", ...directories];
    const emptying = await boxedCommand(place, { ...repository, readable: [] }, shell, "sh");
    succeeded(await run(emptying, { timeoutMs: place.boxedMs, signal }), WORDS);
  }
  await pointersBack(
    place,
    repository,
    lfs.map(({ path }) => path),
    signal,
  );
}

async function pointersBack(
  place: GitPlace,
  repository: BoxedRepository,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (paths.length === 0) return;
  const env = { ...repository.env, GIT_LITERAL_PATHSPECS: "1" };
  const git = async (args: readonly string[], input?: string) =>
    succeeded(
      await insist(place, { ...repository, env }, args, {
        signal,
        ...(input === undefined ? {} : { input }),
      }),
      WORDS,
    ).toString();
  // The agent may have taken some away, and one that git does not know would fail all.
  const known = (await git(["ls-files", "-z", "--", ...paths])).split("\0");
  const wanted = new Set(paths);
  const input = known
    .filter((path) => wanted.has(path))
    .map((path) => `${path}\0`)
    .join("");
  if (input === "") return;
  await git(["update-index", "-z", "--no-skip-worktree", "--stdin"], input);
  await git(["checkout-index", "-q", "-f", "-z", "--stdin"], input);
}
