import { assertShas, isSha } from "./check.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace } from "./place.ts";
import { isInside } from "./real-path.ts";
import { botGit, succeeded } from "./run.ts";

/** A submodule as a commit names it. Path and address are whatever somebody wrote there; the path lies inside. */
export interface Submodule {
  readonly path: string;
  readonly url: string;
  readonly sha: string;
}

const MOST_BYTES = 1_000_000;
/** More are not even looked for. */
const MOST_NAMED = 1000;

/** The submodules of a commit that `.gitmodules` gives an address, sorted by path; none where that cannot be read. */
export async function submodulesOf(
  place: GitPlace,
  mirror: Mirror,
  sha: string,
): Promise<readonly Submodule[]> {
  assertShas(sha);
  const args = ["config", "--no-includes", "--blob", `${sha}:.gitmodules`, "-z", "--list"];
  const listed = await botGit(place, mirror.path, args, { maxBytes: MOST_BYTES });
  if (listed.code !== 0) return [];
  const urls = urlsByPath(listed.stdout.toString());
  if (urls.size === 0) return [];
  const paths = [...urls.keys()].slice(0, MOST_NAMED);
  const tree = succeeded(
    await botGit(place, mirror.path, ["ls-tree", "-z", "--full-tree", sha, "--", ...paths], {
      env: { GIT_LITERAL_PATHSPECS: "1" },
    }),
    "The commit could not be read.",
  );
  const found: Submodule[] = [];
  for (const entry of tree.toString().split("\0")) {
    const [, id, path = ""] = /^160000 commit ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    const url = urls.get(path);
    if (id !== undefined && isSha(id) && url !== undefined) found.push({ path, url, sha: id });
  }
  return found.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

/** Whether a branch or tag of the mirror, as of the last fetch, has that commit in its history. */
export async function isOnBranchOrTag(
  place: GitPlace,
  mirror: Mirror,
  sha: string,
): Promise<boolean> {
  assertShas(sha);
  const args = ["for-each-ref", "--count=1", "--contains", sha, "--format=%(refname)"];
  const ended = await botGit(place, mirror.path, [...args, "refs/heads", "refs/tags"]);
  return ended.code === 0 && ended.stdout.length > 0;
}

function urlsByPath(listed: string): Map<string, string> {
  const named = new Map<string, { path?: string; url?: string }>();
  for (const entry of listed.split("\0")) {
    const [, name = "", key, value = ""] = /^submodule\.(.*)\.(path|url)\n(.*)$/s.exec(entry) ?? [];
    if (key === "path") named.set(name, { ...named.get(name), path: value });
    if (key === "url") named.set(name, { ...named.get(name), url: value });
  }
  const urls = new Map<string, string>();
  for (const { path, url } of named.values())
    if (path !== undefined && url !== undefined && isInside(path)) urls.set(path, url);
  return urls;
}
