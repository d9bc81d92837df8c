import type { Mirror } from "../git/mirror.ts";

const MAX_BYTES = 4_000_000;

/** Those of the files that hold conflict markers in that commit, wherever they came from. */
export async function filesWithMarkers(
  mirror: Mirror,
  sha: string,
  files: Iterable<string>,
): Promise<string[]> {
  const found = [];
  for (const file of new Set(files)) {
    const text = await mirror.read(sha, file, MAX_BYTES);
    if (text !== undefined && hasMarkers(text)) found.push(file);
  }
  return found;
}

/** In three steps, since one expression over a hostile file could take for ever. */
function hasMarkers(text: string): boolean {
  const begin = text.search(/^<{7} /m);
  if (begin === -1) return false;
  const middle = text.slice(begin).search(/^={7}\r?$/m);
  return middle !== -1 && /^>{7} /m.test(text.slice(begin + middle));
}
