import { readdir } from "node:fs/promises";
import { KugetsuError } from "../errors.ts";
import type { Mirror } from "../git/mirror.ts";
import type { Core } from "./core.ts";

/** A worktree of which no session tells where it began. */
export interface FoundWorktree {
  /** Names what is kept: a printed issue ref, where it is known. */
  readonly ref: string;
  readonly key: string;
  /** Absolute. */
  readonly path: string;
}

/** When: for the names of what is kept, and for a commit that is made of what is uncommitted. */
export interface KeepTimes {
  readonly at: Date;
  readonly committedAt: Date;
}

/**
 * Saves what a found worktree and its private repository have beyond the mirror's branches. Without a mirror, and where
 * git cannot read it, both are moved aside whole.
 *
 * @returns names of refs, and paths in the home of what was moved aside
 */
export async function keepFound(
  core: Pick<Core, "git">,
  { ref, key, path }: FoundWorktree,
  mirror: Mirror | undefined,
  { at, committedAt }: KeepTimes,
): Promise<string[]> {
  if (await isEmpty([path, core.git.privatePath(key)])) return [];
  const since = mirror === undefined ? undefined : await someHead(mirror);
  if (mirror === undefined || since === undefined) return core.git.moveAside({ key, path }, at);
  const kept: string[] = [];
  try {
    const { tip, alsoKept, leftOut, changedFetched } = await core.git.takeOver({
      ref,
      key,
      path,
      mirror,
      since,
      at,
      committedAt,
      branch: branchOf(ref),
      requestedBy: "kugetsu",
      identity: KEEPER,
      subject: "Keep what the worktree held",
      env: {},
    });
    kept.push(...alsoKept.map(({ name }) => name));
    if (!(await isSafe(core, mirror, ref, tip)))
      kept.push(await core.git.keep(mirror, { ref, sha: tip, at }));
    if (leftOut.length + changedFetched.lfs.length === 0 && !(await core.git.isAside(key, at)))
      return kept;
  } catch (error) {
    if (!(error instanceof KugetsuError) || error.code !== "failed") throw error;
  }
  return [...kept, ...(await core.git.moveAside({ key, path }, at))];
}

/** What its agent most likely worked on; of a ref that is not known, some branch that git accepts. */
function branchOf(ref: string): string {
  const identifier = ref.slice(ref.lastIndexOf("#") + 1).replaceAll(/[^A-Za-z0-9-]/g, "-");
  return `fix/issue-${identifier.slice(0, MOST_OF_IDENTIFIER)}`;
}

const MOST_OF_IDENTIFIER = 200;

/** Who commits what is kept: the same in every process, so that one that finishes another's work makes the same commit. */
export const KEEPER = { name: "kugetsu", email: "kugetsu@localhost" };

async function isEmpty(directories: readonly string[]): Promise<boolean> {
  for (const directory of directories) {
    const names = await readdir(directory).catch((error: NodeJS.ErrnoException) =>
      ["ENOENT", "ENAMETOOLONG"].includes(error.code ?? "")
        ? []
        : ["no directory that can be read"],
    );
    if (names.length > 0) return false;
  }
  return true;
}

async function someHead(mirror: Mirror): Promise<string | undefined> {
  const heads = await mirror.heads();
  return heads.get("main") ?? heads.get("master") ?? heads.values().next().value;
}

/** Whether the forge has it, or it was kept before, be it as a part of more. */
async function isSafe(
  core: Pick<Core, "git">,
  mirror: Mirror,
  ref: string,
  sha: string,
): Promise<boolean> {
  const kept = (await core.git.kept(mirror)).filter((work) => work.ref === ref);
  const safe = new Set([...(await mirror.heads()).values(), ...kept.map((work) => work.sha)]);
  for (const one of safe) if (await mirror.contains(sha, one)) return true;
  return false;
}
