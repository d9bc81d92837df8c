import { type Dirent, constants } from "node:fs";
import { open, readdir } from "node:fs/promises";

/** The entries of a directory, sorted; none where there is no directory that can be read. */
export async function entriesOf(directory: string): Promise<Dirent[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

const MOST_BYTES = 8192;

/** The text of a small regular file that an agent may have written; undefined for anything else. */
export async function readSmall(path: string): Promise<string | undefined> {
  try {
    // A pipe in its place would hang the reader.
    await using file = await open(
      path,
      constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW,
    );
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > MOST_BYTES) return undefined;
    return await file.readFile("utf8");
  } catch {
    return undefined;
  }
}
