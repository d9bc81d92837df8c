import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assertKey } from "./check.ts";
import { privatePath } from "./place.ts";
import type { GitPlace } from "./place.ts";
import { makeScratch } from "./scratch.ts";

/** What the bot has put into a worktree beside the files of its commit. */
export interface Fetched {
  /** The files of these lie where the worktree's commit has no more than the name of another commit. */
  readonly submodules: readonly FetchedSubmodule[];
  /** Files of Git LFS: their content stands there, where the commit has a pointer. */
  readonly lfs: readonly FetchedLfsFile[];
  /** Not all of it is known to be there whole. */
  readonly pending?: boolean | undefined;
}

export interface FetchedSubmodule {
  /** Path in the worktree. */
  readonly path: string;
  readonly sha: string;
  /** Key of the mirror that it came from. */
  readonly mirror: string;
}

export interface FetchedLfsFile {
  readonly path: string;
  /** sha256 of the content, in hex. */
  readonly oid: string;
  /** Bytes. */
  readonly size: number;
}

export const NOTHING_FETCHED: Fetched = { submodules: [], lfs: [] };

/** Beside the private repository, and not in it: there an agent could write. */
export function fetchedFile(place: GitPlace, key: string): string {
  assertKey(key);
  return `${privatePath(place, key)}.fetched.json`;
}

export async function readFetched(place: GitPlace, key: string): Promise<Fetched> {
  const text = await readFile(fetchedFile(place, key), "utf8").catch(absent);
  return text === undefined ? NOTHING_FETCHED : (JSON.parse(text) as Fetched);
}

/** Written before anything is put there: what a killed process leaves must not pass for an agent's work. */
export async function noteFetched(place: GitPlace, key: string, fetched: Fetched): Promise<void> {
  await using scratch = await makeScratch(place);
  const written = join(scratch.path, "fetched.json");
  await writeFile(written, JSON.stringify(fetched), { mode: 0o600 });
  await rename(written, fetchedFile(place, key));
}

function absent(error: NodeJS.ErrnoException): undefined {
  // Where the name is too long, nothing can be.
  if (["ENOENT", "ENAMETOOLONG"].includes(error.code ?? "")) return undefined;
  throw error;
}
