import { randomUUID } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "./directory.ts";
import type { GitPlace } from "./place.ts";

/** A directory of the bot's own for one call. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

const inUse = new Set<string>();

/** Makes a directory that goes with its scope; what killed processes left behind goes as well. */
export async function makeScratch(place: Pick<GitPlace, "home">): Promise<Scratch> {
  const root = join(place.home, "tmp");
  await mkdir(root, { recursive: true, mode: 0o700 });
  await sweep(root);
  const name = `git-${process.pid}-${randomUUID()}`;
  const path = join(root, name);
  inUse.add(name);
  await mkdir(path, { mode: 0o700 });
  return {
    path,
    async [Symbol.asyncDispose]() {
      await removeTree(path);
      inUse.delete(name);
    },
  };
}

async function sweep(root: string): Promise<void> {
  for (const name of await readdir(root)) if (isAbandoned(name)) await removeTree(join(root, name));
}

/** Whether a name in `tmp/` is that of a directory whose process is gone. */
export function isAbandoned(name: string): boolean {
  const pid = /^git-(\d+)-/.exec(name)?.[1];
  if (pid === undefined || inUse.has(name)) return false;
  // After a restart in a container the same number is often a new process, this one.
  return Number(pid) === process.pid || !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
