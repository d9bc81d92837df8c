import { stat, unlink } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { botGit } from "./run.ts";
import type { BotGit, Ended } from "./run.ts";
import type { GitPlace } from "./place.ts";

// git holds a lock on its refs for milliseconds: what is older was left by a process that was killed.
const STALE_MS = 15_000;
const PATIENCE_MS = 40_000;

const inLine = new Map<string, Promise<unknown>>();

/** Runs one after the other what changes the refs of a mirror; calls of this process wait in line. */
export async function oneAtATime<T>(mirror: string, work: () => Promise<T>): Promise<T> {
  const before = inLine.get(mirror) ?? Promise.resolve();
  const mine = before.then(work, work);
  const settled = mine.catch(() => undefined);
  inLine.set(mirror, settled);
  try {
    return await mine;
  } finally {
    if (inLine.get(mirror) === settled) inLine.delete(mirror);
  }
}

/**
 * Runs git where it writes refs. Another process may do the same: git's own locks keep them apart, and who comes
 * second tries again, but for errors that `final` matches.
 *
 * @throws as `botGit` does
 */
export async function lockedGit(
  place: GitPlace,
  mirror: string,
  args: readonly string[],
  call: BotGit & { readonly final?: RegExp } = {},
): Promise<Ended> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let wait = 50; ; wait = Math.min(wait * 2, 2000)) {
    const ended = await botGit(place, mirror, args, call);
    if (ended.code === 0 || call.final?.test(ended.stderr) === true) return ended;
    if (!isLocked(ended.stderr) || Date.now() > deadline) return ended;
    if (await removeStaleLock(mirror, ended.stderr)) continue;
    // An abort ends the waiting, and the next call says so in our words.
    await delay(wait, undefined, call.signal === undefined ? {} : { signal: call.signal }).catch(
      () => undefined,
    );
  }
}

function isLocked(stderr: string): boolean {
  return /Unable to create '.*\.lock': File exists|is at [0-9a-f]+ but expected|reference already exists/.test(
    stderr,
  );
}

async function removeStaleLock(mirror: string, stderr: string): Promise<boolean> {
  const lock = /Unable to create '(.*\.lock)': File exists/.exec(stderr)?.[1];
  if (lock === undefined || !lock.startsWith(`${mirror}/`)) return false;
  const made = (await stat(lock).catch(() => undefined))?.mtimeMs;
  if (made === undefined || Date.now() - made < STALE_MS) return false;
  await unlink(lock).catch(() => undefined);
  return true;
}
