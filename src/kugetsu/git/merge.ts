import { KugetsuError } from "../errors.ts";
import { assertShas } from "./check.ts";
import { commit } from "./commit.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace, Identity } from "./place.ts";
import { botGit } from "./run.ts";

export type Merged =
  /** `sha` contains both; a fast-forward where that was possible. */
  | { readonly kind: "merged"; readonly sha: string }
  /** There was nothing to merge: `sha` is `ours`. */
  | { readonly kind: "upToDate"; readonly sha: string }
  | { readonly kind: "conflict"; readonly files: string[] };

export interface MergeRequest {
  readonly ours: string;
  readonly theirs: string;
  readonly message: string;
  readonly identity?: Identity | undefined;
}

/** Merges two commits inside the mirror, without a worktree. @throws KugetsuError `failed` for unrelated histories */
export async function merge(
  place: GitPlace,
  mirror: Mirror,
  request: MergeRequest,
): Promise<Merged> {
  const { ours, theirs, message, identity } = request;
  if (await mirror.contains(theirs, ours)) return { kind: "upToDate", sha: ours };
  if (await mirror.contains(ours, theirs)) return { kind: "merged", sha: theirs };
  const { tree, files } = await mergeTrees(place, mirror, ours, theirs);
  if (files.length > 0) return { kind: "conflict", files };
  return {
    kind: "merged",
    sha: await commit(place, mirror, { tree, parents: [ours, theirs], message, identity }),
  };
}

/** The tree of a merge, and the files in which it has conflicts. @throws KugetsuError `failed` */
export async function mergeTrees(
  place: GitPlace,
  mirror: Mirror,
  ours: string,
  theirs: string,
): Promise<{ tree: string; files: string[] }> {
  assertShas(ours, theirs);
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs];
  const ended = await botGit(place, mirror.path, args);
  if (ended.code !== 0 && ended.code !== 1) {
    const cause = new Error(ended.stderr.slice(0, 2000));
    throw new KugetsuError("failed", "The two histories cannot be merged.", { cause });
  }
  const [tree = "", ...files] = ended.stdout
    .toString()
    .split("\0")
    .filter((part) => part !== "");
  // A conflict about directories alone may name no file, but is one all the same.
  return { tree, files: ended.code === 1 && files.length === 0 ? ["."] : files };
}
