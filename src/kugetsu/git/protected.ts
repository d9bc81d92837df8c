import { assertShas } from "./check.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace } from "./place.ts";
import { botGit, succeeded } from "./run.ts";

// A forge on a file system that ignores case, or one that does so itself, reads `.GitHub/` as well.
const PROTECTED = /^(?:\.gitea|\.github|\.forgejo|\.woodpecker.*|\.drone\.yml|\.gitlab-ci\.yml)$/is;

export interface ProtectedRequest {
  /** The current tip of the base branch. */
  readonly base: string;
  /** The tip of the branch on the forge; undefined when it is not there yet. */
  readonly remote: string | undefined;
  /** What is to be pushed. */
  readonly tip: string;
}

/**
 * The CI files that a push of `tip` would change: those whose entry is neither that of the base branch nor that of
 * the branch as it is on the forge. So a merge of the base that brings CI changes along is fine.
 *
 * Trees are compared and not commit by commit: a push runs the CI configuration of the pushed tip alone.
 */
export async function protectedChanges(
  place: GitPlace,
  mirror: Mirror,
  request: ProtectedRequest,
): Promise<string[]> {
  const tip = await protectedEntries(place, mirror, request.tip);
  const known = [await protectedEntries(place, mirror, request.base)];
  if (request.remote !== undefined)
    known.push(await protectedEntries(place, mirror, request.remote));
  const paths = new Set([tip, ...known].flatMap((entries) => entries.keys().toArray()));
  const changed = [...paths].filter((path) =>
    known.every((entries) => entries.get(path) !== tip.get(path)),
  );
  return changed.map((path) => Buffer.from(path, "latin1").toString()).toSorted();
}

/** Path to `mode type id`. Paths are bytes (latin1), so that two names never fall into one. */
async function protectedEntries(
  place: GitPlace,
  mirror: Mirror,
  sha: string,
): Promise<Map<string, string>> {
  assertShas(sha);
  const entries = new Map<string, string>();
  for (const [name, entry] of await list(place, mirror, sha, [])) {
    if (!PROTECTED.test(name)) continue;
    // Whatever stands in the directory's place counts too: a file, a symlink, a submodule.
    if (!entry.startsWith("040000 ")) entries.set(name, entry);
    else {
      const tree = entry.slice(entry.lastIndexOf(" ") + 1);
      for (const [path, inner] of await list(place, mirror, tree, ["-r"]))
        entries.set(`${name}/${path}`, inner);
    }
  }
  return entries;
}

async function list(
  place: GitPlace,
  mirror: Mirror,
  tree: string,
  options: string[],
): Promise<[string, string][]> {
  const ended = await botGit(place, mirror.path, [
    "ls-tree",
    "-z",
    "--full-tree",
    ...options,
    tree,
  ]);
  const listed = succeeded(ended, "The files of a commit could not be read.").toString("latin1");
  return listed.split("\0").flatMap((line): [string, string][] => {
    const tab = line.indexOf("\t");
    return tab === -1 ? [] : [[line.slice(tab + 1), line.slice(0, tab)]];
  });
}
