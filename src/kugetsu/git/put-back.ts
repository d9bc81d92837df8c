import { join } from "node:path";
import { assertShas } from "./check.ts";
import { commit } from "./commit.ts";
import type { Fetched } from "./fetched.ts";
import { MOST_POINTER_BYTES, readPointer } from "./lfs-pointer.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace, Identity } from "./place.ts";
import { botGit, succeeded } from "./run.ts";
import { makeScratch } from "./scratch.ts";

const WORDS = "The agent's commits could not be read.";

/**
 * Where the agent has committed the files of a submodule, or other content in place of a pointer of LFS: a commit on top
 * that has these as they were at `since`. A submodule or file that it removed, and other commits and pointers there,
 * are its work and stay.
 *
 * @returns the tip itself where there is nothing to put back
 */
export async function putBack(
  place: GitPlace,
  request: {
    readonly mirror: Mirror;
    readonly since: string;
    readonly tip: string;
    readonly fetched: Fetched;
    readonly identity?: Identity | undefined;
    readonly at?: Date | undefined;
  },
): Promise<{ readonly sha: string; readonly paths: readonly string[] }> {
  const { mirror, since, tip, fetched } = request;
  assertShas(since, tip);
  const paths = [...fetched.submodules, ...fetched.lfs].map(({ path }) => path);
  if (tip === since || paths.length === 0) return { sha: tip, paths: [] };
  const [before, now] = await Promise.all([
    entriesOf(place, mirror, since, paths),
    entriesOf(place, mirror, tip, paths),
  ]);
  const lines: string[] = [];
  const wrong: string[] = [];
  const restore = async (path: string): Promise<void> => {
    const was = before.get(path);
    if (was === undefined) return;
    wrong.push(path);
    // Names as bytes: they need not be UTF-8.
    for (const file of await filesBelow(place, mirror, tip, path))
      lines.push(`0 ${"0".repeat(tip.length)}\t${file}\0`);
    lines.push(`${was.mode} ${was.id}\t${Buffer.from(path).toString("latin1")}\0`);
  };
  for (const { path } of fetched.submodules) {
    const isFiles = now.get(path)?.mode !== undefined && now.get(path)?.mode !== "160000";
    if (before.get(path)?.mode === "160000" && isFiles) await restore(path);
  }
  for (const { path } of fetched.lfs) {
    if (before.get(path)?.id === now.get(path)?.id || !isFile(now.get(path)?.mode)) continue;
    const text = (await mirror.read(tip, path, MOST_POINTER_BYTES)) ?? "";
    if (readPointer(text) === undefined) await restore(path);
  }
  if (wrong.length === 0) return { sha: tip, paths: [] };
  const tree = await treeWith(place, mirror, tip, lines.join(""));
  const { identity, at } = request;
  const message = "Leave submodules and LFS files as they were";
  const sha = await commit(place, mirror, { tree, parents: [tip], message, identity, at });
  return { sha, paths: wrong };
}

const LITERAL = { env: { GIT_LITERAL_PATHSPECS: "1" } };

interface Entry {
  readonly mode: string;
  readonly id: string;
}

function isFile(mode: string | undefined): boolean {
  return mode === "100644" || mode === "100755";
}

async function entriesOf(
  place: GitPlace,
  mirror: Mirror,
  sha: string,
  paths: readonly string[],
): Promise<Map<string, Entry>> {
  const args = ["ls-tree", "-z", "--full-tree", sha, "--", ...paths];
  const listed = succeeded(await botGit(place, mirror.path, args, LITERAL), WORDS).toString();
  const found = new Map<string, Entry>();
  for (const entry of listed.split("\0")) {
    const [, mode, id, path] = /^(\d{6}) \w+ ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    if (mode !== undefined && id !== undefined && path !== undefined) found.set(path, { mode, id });
  }
  return found;
}

async function filesBelow(
  place: GitPlace,
  mirror: Mirror,
  sha: string,
  path: string,
): Promise<string[]> {
  const args = ["ls-tree", "-r", "-z", "--name-only", "--full-tree", sha, "--", path];
  const listed = succeeded(await botGit(place, mirror.path, args, LITERAL), WORDS).toString(
    "latin1",
  );
  return listed.split("\0").filter((name) => name !== "");
}

async function treeWith(
  place: GitPlace,
  mirror: Mirror,
  tip: string,
  lines: string,
): Promise<string> {
  await using scratch = await makeScratch(place);
  const env = { GIT_INDEX_FILE: join(scratch.path, "index") };
  const git = async (args: readonly string[], input?: Buffer) =>
    succeeded(
      await botGit(place, mirror.path, args, { env, ...(input === undefined ? {} : { input }) }),
      WORDS,
    )
      .toString()
      .trim();
  await git(["read-tree", tip]);
  await git(["update-index", "-z", "--index-info"], Buffer.from(lines, "latin1"));
  return await git(["write-tree"]);
}
