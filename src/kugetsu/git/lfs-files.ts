import { assertShas } from "./check.ts";
import type { FetchedLfsFile } from "./fetched.ts";
import { MOST_POINTER_BYTES, readPointer } from "./lfs-pointer.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace } from "./place.ts";
import { isInside } from "./real-path.ts";
import { botGit, succeeded } from "./run.ts";

/** Small files that are looked at, of one commit. */
const MOST_LOOKED_AT = 20_000;
const LEAST_POINTER_BYTES = 100;
const WORDS = "The commit could not be read.";

/** The files of a commit that are pointers of Git LFS, sorted by path. Names that are no UTF-8 are left out. */
export async function lfsFilesOf(
  place: GitPlace,
  mirror: Mirror,
  sha: string,
): Promise<readonly FetchedLfsFile[]> {
  assertShas(sha);
  const args = ["ls-tree", "-r", "-l", "-z", "--full-tree", sha];
  const tree = succeeded(await botGit(place, mirror.path, args, { maxBytes: 256_000_000 }), WORDS);
  const small: { id: string; path: string }[] = [];
  for (const entry of tree.toString().split("\0")) {
    const [, id = "", size, path = ""] =
      /^100(?:644|755) blob ([0-9a-f]+) +(\d+)\t(.*)$/s.exec(entry) ?? [];
    const bytes = Number(size ?? 0);
    if (bytes < LEAST_POINTER_BYTES || bytes >= MOST_POINTER_BYTES) continue;
    if (isInside(path) && !path.includes("\u{fffd}")) small.push({ id, path });
  }
  const looked = small.slice(0, MOST_LOOKED_AT);
  const texts = await read(place, mirror, [...new Set(looked.map(({ id }) => id))]);
  return looked.flatMap(({ id, path }) => {
    const pointer = readPointer(texts.get(id) ?? "");
    return pointer === undefined ? [] : [{ path, ...pointer }];
  });
}

async function read(
  place: GitPlace,
  mirror: Mirror,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  if (ids.length === 0) return texts;
  const input = `${ids.join("\n")}\n`;
  const ended = await botGit(place, mirror.path, ["cat-file", "--batch"], { input });
  let rest = succeeded(ended, WORDS);
  while (rest.length > 0) {
    const end = rest.indexOf("\n");
    const [id = "", kind, size] = rest.subarray(0, end).toString().split(" ");
    const length = kind === "blob" ? Number(size) + 1 : 0;
    if (length > 0) texts.set(id, rest.subarray(end + 1, end + length).toString());
    rest = rest.subarray(end + 1 + length);
  }
  return texts;
}
