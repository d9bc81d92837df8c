import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeIn } from "../git/directory.ts";
import { entriesOf } from "./directory-entries.ts";
import { openFiles } from "./open-files.ts";
import type { Find, OrphanKind, Scene } from "./orphan.ts";

interface Candidate {
  readonly path: string;
  readonly kind: OrphanKind;
  /** Milliseconds after which it was left by somebody, if no process has it open. */
  readonly age: number;
  readonly ref?: string | undefined;
}

/** git closes some of its locks and holds them on: those of a transaction of refs, and of packed refs. */
const GIT_LOCK_MS = 10 * 60_000;
/** Locks of our own are closed, and held for milliseconds. */
const OWN_LOCK_MS = 10_000;
const TEMPORARY_MS = 60_000;
/** Where the system does not say what is open. */
const UNKNOWN_MS = 60 * 60_000;

/** Lock files and temporary files whose process is gone, of git and of kugetsu itself. */
export async function files(scene: Scene): Promise<Find[]> {
  const candidates = await candidatesOf(scene);
  if (candidates.length === 0) return [];
  const open = openFiles();
  const finds: Find[] = [];
  for (const { path, kind, age, ref } of candidates) {
    const isLeft = async () => {
      const stat = await lstat(path).catch(() => undefined);
      if (stat === undefined || open?.has(path) === true) return false;
      return Date.now() - stat.mtimeMs > (open === undefined ? Math.max(age, UNKNOWN_MS) : age);
    };
    if (!(await isLeft())) continue;
    finds.push({
      orphans: [{ kind, path, ref }],
      resource: ref,
      remove: async () => {
        if (!(await isLeft()) || openFiles()?.has(path) === true) return undefined;
        await removeIn(dirname(path), path);
        return [];
      },
    });
  }
  return finds;
}

async function candidatesOf({ core, sessions, held }: Scene): Promise<Candidate[]> {
  const { home } = core;
  const found: Candidate[] = [];
  for (const directory of [home.root, home.env, home.sessions]) {
    for (const entry of await entriesOf(directory)) {
      const path = join(directory, entry.name);
      if (!entry.isFile()) continue;
      if (entry.name.endsWith(".lock")) found.push({ path, kind: "lock", age: OWN_LOCK_MS });
      if (TEMPORARY.test(entry.name)) found.push({ path, kind: "temp_file", age: TEMPORARY_MS });
    }
  }
  for (const entry of await entriesOf(home.mirrors)) {
    if (!entry.isDirectory()) continue;
    const mirror = join(home.mirrors, entry.name);
    found.push(...(await locksOf(mirror)));
    const pack = join(mirror, "objects", "pack");
    for (const { name } of await entriesOf(pack)) {
      if (name.startsWith("tmp_"))
        found.push({ path: join(pack, name), kind: "temp_file", age: TEMPORARY_MS });
    }
  }
  for (const { ref, slug, kind } of sessions) {
    // A turn's git is its agent's own business.
    if (kind !== "forked" || held.has(ref)) continue;
    found.push(...(await locksOf(core.git.privatePath(slug), ref)));
  }
  return found;
}

/** As `writePrivateFile` names them. */
const TEMPORARY = /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;
const DEPTH = 40;

/** git's lock files in a repository; links are not followed, and its objects are not walked. */
async function locksOf(repository: string, ref?: string): Promise<Candidate[]> {
  const found: Candidate[] = [];
  const walk = async (directory: string, depth: number): Promise<void> => {
    for (const entry of await entriesOf(directory)) {
      const path = join(directory, entry.name);
      if (entry.isFile() && entry.name.endsWith(".lock"))
        found.push({ path, kind: "lock", age: GIT_LOCK_MS, ref });
      else if (entry.isDirectory() && depth < DEPTH && !(depth === 0 && entry.name === "objects"))
        await walk(path, depth + 1);
    }
  };
  const stat = await lstat(repository).catch(() => undefined);
  if (stat?.isDirectory() === true) await walk(repository, 0);
  return found;
}
