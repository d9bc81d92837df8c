import { commit, withTrailer } from "./commit.ts";
import type { Fetched } from "./fetched.ts";
import { writeLeftovers } from "./leftovers.ts";
import { mergeTrees } from "./merge.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace } from "./place.ts";
import { botGit, succeeded } from "./run.ts";
import type { TakeOverRequest } from "./takeover.ts";

/** Commits what stands in the worktree on top of `base`, as a merge where one was begun and its conflicts are solved. */
export async function commitLeftovers(
  place: GitPlace,
  request: TakeOverRequest,
  base: string,
  mergeHead: string | undefined,
  fetched: Fetched,
): Promise<{
  sha: string | undefined;
  unresolved: string[];
  leftOut: string[];
  changedLfs: string[];
}> {
  const { mirror, path, mergeOf, identity, committedAt: at, signal } = request;
  const left = await writeLeftovers(place, { mirror, path, base, fetched, signal });
  if (left === undefined) return { sha: undefined, unresolved: [], leftOut: [], changedLfs: [] };
  const { leftOut, changedLfs } = left;
  const parents = [base];
  let unresolved: string[] = [];
  // Without MERGE_HEAD the agent gave the merge up: its files must not pass for the result of one.
  if (mergeOf !== undefined && mergeHead === mergeOf && !(await mirror.contains(mergeOf, base))) {
    const { files } = await mergeTrees(place, mirror, base, mergeOf);
    unresolved = await withMarkers(place, mirror, left.tree, files);
    if (unresolved.length === 0) parents.push(mergeOf);
  }
  if (!left.changed && parents.length === 1)
    return { sha: undefined, unresolved, leftOut, changedLfs };
  const message = withTrailer(request.subject, request.requestedBy);
  const sha = await commit(place, mirror, { tree: left.tree, parents, message, identity, at });
  return { sha, unresolved, leftOut, changedLfs };
}

/** Which of the files have lines that begin or end a conflict. */
async function withMarkers(
  place: GitPlace,
  mirror: Mirror,
  tree: string,
  files: readonly string[],
): Promise<string[]> {
  if (files.length === 0) return [];
  const args = [
    "grep",
    "-a",
    "-l",
    "-z",
    // All three in one file: text that only talks of such lines is no conflict.
    "--all-match",
    "-e",
    "^<<<<<<< ",
    "-e",
    "^=======.\\{0,1\\}$",
    "-e",
    "^>>>>>>> ",
    tree,
    "--",
    ...files.slice(0, 1000),
  ];
  const ended = await botGit(place, mirror.path, args, { env: { GIT_LITERAL_PATHSPECS: "1" } });
  if (ended.code === 1) return [];
  const found = succeeded(ended, "The merge in the worktree could not be read.")
    .toString()
    .split("\0");
  return found.filter((file) => file !== "").map((file) => file.slice(tree.length + 1));
}
