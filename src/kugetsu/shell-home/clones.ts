import { lstat, readdir, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { removeTree, isThere } from "../git/directory.ts";
import type { Home } from "../home.ts";
import { sanitizeRef } from "../ref.ts";
import { COPIED, move } from "./copy.ts";
import { printable, quoted, type ShellSession } from "./session-file.ts";

/** Relative to a backup. */
const CLONES = "worktrees";

/**
 * Moves everything in `worktrees/` into the backup, since a session's worktree is made at the very place where the shell
 * version had its clone. What was moved by an earlier try stays there, also when another clone was made meanwhile.
 */
export async function moveClones(home: Home, backup: string): Promise<void> {
  const directory = join(home.root, backup, CLONES);
  for (const name of (await readdir(home.worktrees)).toSorted(copiedFirst)) {
    const from = join(home.worktrees, name);
    if (!isCopied(name)) await move(from, await freePath(join(directory, name)));
    else {
      const to = join(directory, name.slice(0, name.indexOf(COPIED)));
      if (await isThere(to)) await removeTree(from);
      else await move(from, to);
    }
  }
}

function isCopied(name: string): boolean {
  return name.endsWith(COPIED);
}

function copiedFirst(one: string, other: string): number {
  return Number(isCopied(other)) - Number(isCopied(one));
}

async function freePath(path: string): Promise<string> {
  for (let number = 2, free = path; ; number += 1) {
    if (!(await isThere(free))) return free;
    free = `${path}-${number}`;
  }
}

/** Clones by their place in the backup, each given to one session at most. */
export interface Clones {
  /** The path relative to the home of a session's clone; undefined when it has none. */
  claim(session: ShellSession & { readonly ref: string }): string | undefined;
  /** Names that nobody claimed. */
  rest(): string[];
}

/** @param warnings gets what is wrong with the paths of sessions */
export async function findClones(home: Home, backup: string, warnings: string[]): Promise<Clones> {
  const directory = join(home.root, backup, CLONES);
  const free = new Set<string>();
  for (const name of await readdir(directory).catch(() => [])) {
    if (name.endsWith(".part")) continue;
    if ((await lstat(join(directory, name))).isDirectory()) free.add(name);
    else warnings.push(`worktrees/${printable(name)} is no directory and nobody's worktree`);
  }
  const worktrees = [home.worktrees, await realpath(home.worktrees)];
  return {
    claim({ ref, worktreePath }) {
      const told = worktreePath === undefined ? undefined : basename(worktreePath);
      const isOurs =
        worktreePath === undefined || isIn(worktrees, worktreePath) || told === sanitizeRef(ref);
      if (!isOurs) {
        warnings.push(`${ref}: its worktree ${quoted(worktreePath)} is none of kugetsu's`);
      }
      const name = [isOurs ? told : undefined, sanitizeRef(ref)].find(
        (each) => each !== undefined && free.delete(each),
      );
      return name === undefined ? undefined : join(backup, CLONES, name);
    },
    rest: () => [...free],
  };
}

function isIn(directories: readonly string[], path: string): boolean {
  return directories.includes(dirname(path));
}
