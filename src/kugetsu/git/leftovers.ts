import { access, constants, lstat } from "node:fs/promises";
import { join } from "node:path";
import { KugetsuError } from "../errors.ts";
import { boxedGit } from "./boxed.ts";
import { isSha } from "./check.ts";
import { isDirectory } from "./directory.ts";
import type { Fetched } from "./fetched.ts";
import { importObjects } from "./import.ts";
import { isContent } from "./lfs-content.ts";
import type { Mirror } from "./mirror.ts";
import { ownRepository } from "./own-repository.ts";
import type { GitPlace } from "./place.ts";
import { botGit, succeeded } from "./run.ts";
import { makeScratch } from "./scratch.ts";

/** What stands in a worktree, as a tree that is in the mirror. */
export interface Leftovers {
  readonly tree: string;
  /** Whether it is another than that of the commit it stands on. */
  readonly changed: boolean;
  /** Paths that are not in it: other repositories, too large, unreadable, no files at all. Hostile words. */
  readonly leftOut: string[];
  /** Files of Git LFS whose content was changed; they are not in it either. */
  readonly changedLfs: string[];
}

/** Bytes; GitHub refuses larger files, and a core dump is nobody's work. */
const MOST_FILE_BYTES = 100_000_000;

/**
 * Writes the worktree's files as a tree on top of `base`, honouring the repository's .gitignore.
 *
 * git works here with a directory and an index of the bot's own, so that nothing an agent wrote configures it, and
 * inside the box, so that a file which is swapped for a symlink while git reads can lead nowhere. Other repositories
 * in the worktree, submodules too, are never looked into and stay as `base` has them. So does what the bot has put
 * there itself.
 *
 * @returns undefined when there is no worktree, or nothing at all in it
 * @throws KugetsuError `failed`
 */
export async function writeLeftovers(
  place: GitPlace,
  request: {
    readonly mirror: Mirror;
    readonly path: string;
    readonly base: string;
    readonly fetched: Fetched;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Leftovers | undefined> {
  const { mirror, path, base, fetched, signal } = request;
  if (!(await isDirectory(path))) return undefined;
  await using scratch = await makeScratch(place);
  const repository = await ownRepository({
    path: join(scratch.path, "git"),
    mirror: mirror.path,
    worktree: path,
  });
  const words = "What the agent left uncommitted could not be read.";
  const git = async (args: string[], input?: Buffer): Promise<string> =>
    succeeded(
      await boxedGit(place, repository, args, {
        signal,
        ...(input === undefined ? {} : { input }),
      }),
      words,
    ).toString("latin1");

  await git(["read-tree", base]);
  const submodules = new Set(
    list(await git(["ls-files", "-z", "-s"]))
      .filter((line) => line.startsWith("160000 "))
      .map(pathOf),
  );
  const others = list(await git(["ls-files", "-z", "--others", "--exclude-standard"]));
  const unknown = others.filter((file) => !isBelow(file, fetched));
  const differing = list(await git(["ls-files", "-z", "--modified"])).filter(
    (file) => !submodules.has(file),
  );
  const { modified, changedLfs } = await withoutContents(path, differing, fetched);
  const sorted = await sort(path, [...new Set([...unknown, ...modified])]);
  if (sorted.gone.length > 0) {
    const lines = sorted.gone.map((file) => `0 ${"0".repeat(base.length)}\t${file}\0`).join("");
    await git(["update-index", "-z", "--index-info"], Buffer.from(lines, "latin1"));
  }
  if (sorted.there.length > 0) {
    const lines = sorted.there.map((file) => `${file}\0`).join("");
    await git(
      ["update-index", "-z", "--add", "--remove", "--replace", "--stdin"],
      Buffer.from(lines, "latin1"),
    );
  }
  const tree = (await git(["write-tree"])).trim();
  if (!isSha(tree)) throw new KugetsuError("failed", words);
  const before = succeeded(await botGit(place, mirror.path, ["rev-parse", `${base}^{tree}`]), words)
    .toString()
    .trim();
  const leftOut = sorted.leftOut.map((file) => Buffer.from(file, "latin1").toString());
  if (tree === before) return { tree, leftOut, changedLfs, changed: false };
  // Nothing left of everything: the worktree was wiped, and nobody wants that as a commit.
  if ((await git(["ls-files", "-z"])) === "") return undefined;
  if (
    !(await importObjects(place, {
      mirror,
      from: repository,
      wanted: [tree],
      known: [base],
      signal,
    }))
  ) {
    throw new KugetsuError("failed", words);
  }
  return { tree, leftOut, changedLfs, changed: true };
}

/** Whether the agent took a submodule away under files that the bot has put there. */
function isBelow(file: string, { submodules }: Fetched): boolean {
  return submodules.some(({ path }) => file.startsWith(`${latin1(path)}/`));
}

/** Without the files of Git LFS whose content stands where the commit has a pointer. Gone is gone. */
async function withoutContents(
  root: string,
  differing: readonly string[],
  { lfs }: Fetched,
): Promise<{ modified: string[]; changedLfs: string[] }> {
  const contents = new Map(lfs.map((file) => [latin1(file.path), file]));
  const modified: string[] = [];
  const changedLfs: string[] = [];
  for (const file of differing) {
    const content = contents.get(file);
    const is = content === undefined ? "gone" : await isContent(root, content);
    if (is === "gone") modified.push(file);
    else if (is === "other" && content !== undefined) changedLfs.push(content.path);
  }
  return { modified, changedLfs };
}

function latin1(path: string): string {
  return Buffer.from(path).toString("latin1");
}

/** Entries as bytes (latin1): names need not be UTF-8. */
function list(output: string): string[] {
  return output.split("\0").filter((entry) => entry !== "");
}

function pathOf(entry: string): string {
  return entry.slice(entry.indexOf("\t") + 1);
}

interface Sorted {
  readonly gone: string[];
  readonly there: string[];
  readonly leftOut: string[];
}

/** What of these git can take up: one thing it cannot would fail the whole call. */
async function sort(root: string, files: readonly string[]): Promise<Sorted> {
  const sorted: Sorted = { gone: [], there: [], leftOut: [] };
  const symlinks = new Map<string, boolean>();
  for (const file of files) {
    // With a slash at its end: another repository.
    if (file.endsWith("/")) {
      sorted.leftOut.push(file);
      continue;
    }
    const path = Buffer.from(`${Buffer.from(root).toString("latin1")}/${file}`, "latin1");
    const stat = await lstat(path).catch(() => undefined);
    if (stat === undefined || stat.isDirectory() || (await isBehindSymlink(root, file, symlinks)))
      sorted.gone.push(file);
    else if (stat.isSymbolicLink()) sorted.there.push(file);
    else if (!stat.isFile() || stat.size > MOST_FILE_BYTES || !(await isReadable(path)))
      sorted.leftOut.push(file);
    else sorted.there.push(file);
  }
  return sorted;
}

async function isBehindSymlink(
  root: string,
  file: string,
  seen: Map<string, boolean>,
): Promise<boolean> {
  for (let slash = file.indexOf("/"); slash !== -1; slash = file.indexOf("/", slash + 1)) {
    const parent = file.slice(0, slash);
    let isLink = seen.get(parent);
    if (isLink === undefined) {
      const path = Buffer.from(`${Buffer.from(root).toString("latin1")}/${parent}`, "latin1");
      isLink = (await lstat(path).catch(() => undefined))?.isSymbolicLink() === true;
      seen.set(parent, isLink);
    }
    if (isLink) return true;
  }
  return false;
}

async function isReadable(path: Buffer): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
