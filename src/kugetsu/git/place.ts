import { join } from "node:path";
import type { Box } from "../box.ts";

/** Whose name stands on the commits that kugetsu makes itself. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** Where the git module works, and with what: the same for all its calls. */
export interface GitPlace {
  /** Absolute: holds `mirrors/`, `private/` and `tmp/`. */
  readonly home: string;
  /** Absolute: every worktree lies directly in it. */
  readonly worktrees: string;
  readonly box: Box;
  /** The outer environment, of which only PATH, proxies and certificates reach git. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly identity: Identity;
  /** Milliseconds that one command on what an agent wrote may take. */
  readonly boxedMs: number;
}

/** The bare repository that only the bot writes. */
export function mirrorPath(place: GitPlace, key: string): string {
  return join(place.home, "mirrors", `${key}.git`);
}

/** The bare repository of one session, which its agent may write. */
export function privatePath(place: GitPlace, key: string): string {
  return join(place.home, "private", `${key}.git`);
}

/** The objects of a repository: all that others borrow of it, and so all that they need to see. */
export function objectsPath(repository: string): string {
  return join(repository, "objects");
}

/** Who commits where nobody is named. */
export const NOBODY: Identity = { name: "kugetsu", email: "kugetsu@localhost" };
