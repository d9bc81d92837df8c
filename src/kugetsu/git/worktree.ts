import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KugetsuError } from "../errors.ts";
import { boxedGit } from "./boxed.ts";
import type { BoxedRepository } from "./boxed.ts";
import { assertBranch, assertKey, assertShas } from "./check.ts";
import { emptyIn, isDirectory, removeAtOnce, removeIn } from "./directory.ts";
import { fetchedFile, noteFetched, NOTHING_FETCHED, readFetched } from "./fetched.ts";
import { insist } from "./insist.ts";
import type { Mirror } from "./mirror.ts";
import { mirrorPath, objectsPath, privatePath } from "./place.ts";
import type { GitPlace } from "./place.ts";
import { succeeded } from "./run.ts";
import type { Ended } from "./run.ts";
import { makeScratch } from "./scratch.ts";
import { withdraw } from "./withdraw.ts";

/** A session's worktree. */
export interface WorktreePlace {
  /** Names the session's private repository: a sanitized ref. */
  readonly key: string;
  /** Absolute path of the worktree. */
  readonly path: string;
}

/** One that git is to be run in, as its agent would. */
export interface AgentWorktree extends WorktreePlace {
  readonly mirror: Mirror;
  /** The agent's environment: with its git identity, without any secret of the bot's. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends what is under way: git here may run what an agent has left to be run. */
  readonly signal?: AbortSignal | undefined;
}

export interface OpenWorktreeRequest extends AgentWorktree {
  readonly branch: string;
  /** The commit to begin at. */
  readonly at: string;
}

export interface SyncRequest extends AgentWorktree {
  readonly branch: string;
  /** The commit to stand on: any that is in the mirror. */
  readonly to: string;
}

export interface BeginMergeRequest extends AgentWorktree {
  readonly theirs: string;
}

/** The worktree and its private repository as git sees them inside the box. */
export function agentRepository(place: GitPlace, worktree: AgentWorktree): BoxedRepository {
  return {
    cwd: worktree.path,
    worktree: worktree.path,
    env: worktree.env,
    readable: [objectsPath(worktree.mirror.path)],
    writable: [worktree.path, privatePath(place, worktree.key)],
  };
}

/**
 * Makes a private repository on the mirror's objects, and a worktree of it on `branch` at the commit `at`. What
 * stands at these places is removed first; the two directories themselves stay the same where they are there, since
 * the process of an agent may have begun to start in them.
 *
 * @throws KugetsuError `invalid` when the path does not lie directly in the worktrees' directory, `failed`
 */
export async function openWorktree(place: GitPlace, request: OpenWorktreeRequest): Promise<void> {
  const { mirror, key, path, branch, at, signal } = request;
  assertBranch(branch);
  assertShas(at);
  assertKey(key);
  const repository = privatePath(place, key);
  await emptyIn(place.worktrees, path);
  await emptyIn(dirname(repository), repository);
  await removeIn(dirname(repository), fetchedFile(place, key));
  const clone = [
    "clone",
    "-q",
    "--bare",
    "--shared",
    "--template=",
    "--no-recurse-submodules",
    "--",
    mirror.path,
    repository,
  ];
  const words = "The worktree could not be made.";
  const inPrivate = { ...agentRepository(place, request), cwd: repository };
  const boxed = async (args: readonly string[], readable = inPrivate.readable) =>
    succeeded(
      await boxedGit(place, { ...inPrivate, readable }, args, { timeoutMs: 10 * 60_000, signal }),
      words,
    );
  await boxed(clone, [mirror.path]);
  await boxed(["config", "--remove-section", "remote.origin"]);
  // An automatic gc copies nothing from the mirror, but takes the agent's time.
  await boxed(["config", "gc.auto", "0"]);
  const heads = [...(await mirror.heads()).values()];
  await writeFile(headsFile(place, key), JSON.stringify([...new Set(heads)]), { mode: 0o600 });
  const add = ["worktree", "add", "--no-track", "-B", branch, "--", path, at];
  await boxed(add);
}

/**
 * Removes worktree and private repository as directories. Killed midway it leaves each of them whole or not at all,
 * and never a worktree without its repository.
 *
 * @throws KugetsuError `invalid` for a path elsewhere
 */
export async function removeWorktree(place: GitPlace, worktree: WorktreePlace): Promise<void> {
  assertKey(worktree.key);
  const repositories = join(place.home, "private");
  await using scratch = await makeScratch(place);
  await removeAtOnce(place.worktrees, worktree.path, join(scratch.path, "worktree"));
  await removeAtOnce(repositories, privatePath(place, worktree.key), join(scratch.path, "private"));
  await removeIn(repositories, fetchedFile(place, worktree.key));
  await removeIn(repositories, headsFile(place, worktree.key));
}

/**
 * The commits of the forge's branches that the private repository began with. A branch that still stands on one of
 * them is not the agent's work, also when the forge no longer has it.
 */
export async function headsAtStart(place: GitPlace, key: string): Promise<string[]> {
  const text = await readFile(headsFile(place, key), "utf8").catch(() => "[]");
  return JSON.parse(text) as string[];
}

// Beside the private repository, and not in it: there an agent could write.
function headsFile(place: GitPlace, key: string): string {
  return `${privatePath(place, key)}.heads.json`;
}

/**
 * Lets the worktree stand on `branch` at `to`, with exactly its files; ignored and unknown files stay. What the bot has
 * fetched into it goes.
 *
 * @throws KugetsuError `failed` when the agent's repository is no longer usable: open the worktree anew
 */
export async function sync(place: GitPlace, request: SyncRequest): Promise<void> {
  const { branch, to, signal } = request;
  assertBranch(branch);
  assertShas(to);
  const repository = await usable(place, request);
  await withdrawAll(place, request, repository);
  const steps = [
    ["symbolic-ref", "HEAD", `refs/heads/${branch}`],
    ["reset", "-q", "--hard", to],
  ];
  for (const step of steps) succeeded(await insist(place, repository, step, { signal }), NOT_SET);
  // A rebase that was left half done would confuse the next turn; without one this says so and does nothing.
  await boxedGit(place, repository, ["rebase", "--quit"]);
}

/**
 * Starts to merge `theirs` into the worktree, and leaves it uncommitted there, conflict markers and all.
 *
 * @returns the files with conflicts
 * @throws KugetsuError `failed`
 */
export async function beginMerge(place: GitPlace, request: BeginMergeRequest): Promise<string[]> {
  assertShas(request.theirs);
  const repository = await usable(place, request);
  // git merges nothing into files that it was told to take no notice of.
  await withdrawAll(place, request, repository);
  const { signal } = request;
  const merge = ["merge", "-q", "--no-commit", "--no-ff", request.theirs];
  const merging = await boxedGit(place, repository, merge, { signal });
  const unmerged = await boxedGit(place, repository, [
    "diff",
    "--name-only",
    "--diff-filter=U",
    "-z",
  ]);
  const files = unmergedFiles(unmerged);
  if (merging.code !== 0 && files.length === 0)
    succeeded(merging, "The merge could not be started in the worktree.");
  return files;
}

function unmergedFiles(ended: Ended): string[] {
  const listed = succeeded(ended, "The merge could not be started in the worktree.");
  return [
    ...new Set(
      listed
        .toString()
        .split("\0")
        .filter((file) => file !== ""),
    ),
  ];
}

async function withdrawAll(
  place: GitPlace,
  { key, signal }: AgentWorktree,
  repository: BoxedRepository,
): Promise<void> {
  const fetched = await readFetched(place, key);
  if (fetched.submodules.length === 0 && fetched.lfs.length === 0) return;
  await withdraw(place, repository, fetched, signal);
  await noteFetched(place, key, NOTHING_FETCHED);
}

const NOT_SET = "The worktree could not be set to the branch.";

async function usable(place: GitPlace, worktree: AgentWorktree): Promise<BoxedRepository> {
  assertKey(worktree.key);
  if (
    worktree.mirror.path !== mirrorPath(place, worktree.mirror.key) ||
    !(await isDirectory(worktree.path))
  ) {
    throw new KugetsuError("failed", "The worktree is not there.");
  }
  return agentRepository(place, worktree);
}
