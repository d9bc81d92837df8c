import { join } from "node:path";
import { KugetsuError } from "../errors.ts";
import { boxedCommand, boxedGit } from "./boxed.ts";
import type { BoxedRepository } from "./boxed.ts";
import { assertShas, isSha } from "./check.ts";
import type { FetchedLfsFile, FetchedSubmodule } from "./fetched.ts";
import { insist } from "./insist.ts";
import { ownRepository } from "./own-repository.ts";
import { mirrorPath } from "./place.ts";
import type { GitPlace } from "./place.ts";
import { namesIn } from "./real-path.ts";
import { botGit, run, succeeded } from "./run.ts";
import { makeScratch } from "./scratch.ts";
import { agentRepository } from "./worktree.ts";
import type { AgentWorktree } from "./worktree.ts";

const TEN_MINUTES = 10 * 60_000;

/**
 * Puts the files of a submodule's commit into its directory in the worktree: plain files without a repository, which
 * git takes for a submodule that is not checked out. Written inside the box, since an agent may be at work there.
 *
 * @throws KugetsuError `failed`
 */
export async function fillSubmodule(
  place: GitPlace,
  worktree: AgentWorktree,
  { path, sha, mirror }: FetchedSubmodule,
): Promise<void> {
  assertShas(sha);
  const words = "The files of a submodule could not be put into the worktree.";
  const { signal } = worktree;
  await using scratch = await makeScratch(place);
  if ((await namesIn(worktree.path, path)) === undefined) {
    const making = await boxedCommand(
      place,
      { ...agentRepository(place, worktree), readable: [] },
      ["-p", "--", path],
      "mkdir",
    );
    succeeded(await run(making, { timeoutMs: place.boxedMs, signal }), words);
  }
  const repository = await ownRepository({
    path: join(scratch.path, "git"),
    mirror: mirrorPath(place, mirror),
    worktree: worktree.path,
    files: join(worktree.path, path),
    writes: true,
  });
  const limits = { timeoutMs: TEN_MINUTES, signal };
  succeeded(await boxedGit(place, repository, ["read-tree", "--reset", "-u", sha], limits), words);
}

/** An LFS file whose content lies in a file of the bot's own. */
export interface LfsContent extends FetchedLfsFile {
  /** Absolute path. */
  readonly file: string;
}

/**
 * Puts the contents of LFS files into the worktree in place of their pointers, and tells the agent's git to take no
 * notice (skip-worktree): to `status`, `add -A`, `commit -a` and `stash` the pointer is what stands there.
 *
 * @throws KugetsuError `failed`
 */
export async function fillLfs(
  place: GitPlace,
  worktree: AgentWorktree,
  contents: readonly LfsContent[],
): Promise<void> {
  if (contents.length === 0) return;
  const words = "Files of Git LFS could not be put into the worktree.";
  const limits = { timeoutMs: TEN_MINUTES, signal: worktree.signal };
  // Before the first content is there, so that none can get into a commit.
  await hide(place, agentRepository(place, worktree), contents, worktree.signal);
  await using scratch = await makeScratch(place);
  const path = join(scratch.path, "git");
  const repository = await ownRepository({
    path,
    worktree: worktree.path,
    writes: true,
    asItIs: true,
  });
  const input = contents.map(({ file }) => `${file}\n`).join("");
  const hash = ["hash-object", "-w", "--no-filters", "--stdin-paths"];
  const hashed = succeeded(await botGit(place, path, hash, { ...limits, input }), words);
  const ids = hashed.toString().trim().split("\n");
  if (ids.length !== contents.length || !ids.every(isSha)) throw new KugetsuError("failed", words);
  const modes = await modesOf(place, worktree, contents);
  const lines = contents.map(
    (one, index) => `${modes.get(one.path) ?? "100644"} ${ids[index]}\t${one.path}\0`,
  );
  const update = ["update-index", "-z", "--index-info"];
  succeeded(await boxedGit(place, repository, update, { ...limits, input: lines.join("") }), words);
  const checkout = ["checkout-index", "-q", "-f", "-a"];
  succeeded(await boxedGit(place, repository, checkout, limits), words);
}

async function hide(
  place: GitPlace,
  repository: BoxedRepository,
  files: readonly FetchedLfsFile[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const input = files.map(({ path }) => `${path}\0`).join("");
  const args = ["update-index", "-z", "--skip-worktree", "--stdin"];
  succeeded(
    await insist(place, repository, args, { signal, input }),
    "Files of Git LFS could not be hidden from the worktree's git.",
  );
}

/** Whether they can be executed, as their commit has it: `stat` here would ask the agent. */
async function modesOf(
  place: GitPlace,
  worktree: AgentWorktree,
  contents: readonly LfsContent[],
): Promise<Map<string, string>> {
  const names = contents.map(({ path }) => path);
  const args = ["ls-files", "-s", "-z", "--", ...names];
  const literal = agentRepository(place, worktree);
  const env = { ...literal.env, GIT_LITERAL_PATHSPECS: "1" };
  const listed = await boxedGit(place, { ...literal, env }, args);
  const modes = new Map<string, string>();
  for (const entry of listed.stdout.toString().split("\0")) {
    const [, mode, path] = /^(100(?:644|755)) [0-9a-f]+ 0\t(.*)$/s.exec(entry) ?? [];
    if (mode !== undefined && path !== undefined) modes.set(path, mode);
  }
  return modes;
}
