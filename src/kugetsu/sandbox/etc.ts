import { createHash, randomUUID } from "node:crypto";
import {
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { isDirectory } from "../git/directory.ts";
import { currentOwner, isAlive, type Owner } from "../db/owner.ts";
import { BOXED_HOME, BOXED_ID } from "./arguments.ts";

/**
 * Copies of /etc for the boxes, with what everybody on the machine may read and nothing else. The kernel would let the
 * agents of root read all of it; and what covers a file there is gone with the file as soon as somebody replaces it,
 * while boxes live on.
 */
export interface EtcCopies extends AsyncDisposable {
  /** The path of a copy that is as /etc is now. A box goes on with the copy that it was made with. */
  current(): Promise<string>;
}

// Programs ask for the name of the account, and the machine's own list of people is none of an agent's business.
const PASSWD = `root:x:0:0:root:/:/usr/sbin/nologin
agent:x:${BOXED_ID}:${BOXED_ID}:kugetsu's agent:${BOXED_HOME}:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;
const GROUP = `root:x:0:\nagent:x:${BOXED_ID}:\nnogroup:x:65534:\n`;
const MOST_FILE_BYTES = 10_000_000;
const OWNER = "owner.json";
/** A turn lasts a day at the most, and its process waits some minutes more. */
const LONGEST_BOX_MS = 25 * 3_600_000;
const YOUNG_MS = 60_000;
const OLD_MS = 7 * 24 * 3_600_000;

/**
 * @param directory where the copies are made
 * @param etc what is copied; other than /etc in tests
 */
export async function copiesOfEtc(directory: string, etc = "/etc"): Promise<EtcCopies> {
  const own = join(directory, randomUUID());
  await mkdir(own, { recursive: true, mode: 0o700 });
  await writeFile(join(own, OWNER), JSON.stringify(currentOwner("")));
  await sweep(directory);
  let last: { readonly path: string; readonly state: string } | undefined;
  const replaced: { readonly path: string; readonly at: number }[] = [];
  let count = 0;
  return {
    async current() {
      const entries = await readable(etc);
      const state = stateOf(entries);
      if (last?.state === state && (await isDirectory(last.path))) return last.path;
      count++;
      const path = join(own, String(count));
      await copy(etc, path, entries);
      if (last !== undefined) replaced.push({ path: last.path, at: Date.now() });
      last = { path, state };
      while (replaced[0] !== undefined && Date.now() - replaced[0].at > LONGEST_BOX_MS)
        await rm(replaced.shift()?.path ?? "", { recursive: true, force: true });
      return path;
    },
    async [Symbol.asyncDispose]() {
      await rm(own, { recursive: true, force: true });
    },
  };
}

interface Entry {
  /** Relative to what is copied. */
  readonly path: string;
  readonly kind: "directory" | "file" | "link";
  /** Changes when the entry does. */
  readonly state: string;
}

/** Everything that everybody may read, parents first. */
async function readable(root: string, path = ""): Promise<readonly Entry[]> {
  const names = await readdir(join(root, path)).catch(() => []);
  const found = await Promise.all(names.map((name) => readableAt(root, join(path, name))));
  return found.flat();
}

async function readableAt(root: string, path: string): Promise<readonly Entry[]> {
  const found = await lstat(join(root, path)).catch(() => undefined);
  if (found === undefined) return [];
  const { mode } = found;
  const entry = { path, state: `${path} ${found.ino} ${found.size} ${found.ctimeMs}` };
  if (found.isSymbolicLink()) return [{ ...entry, kind: "link" }];
  if (found.isDirectory() && (mode & 0o005) === 0o005)
    return [{ ...entry, kind: "directory" }, ...(await readable(root, path))];
  const isFile = found.isFile() && (mode & 0o004) !== 0 && found.size <= MOST_FILE_BYTES;
  return isFile ? [{ ...entry, kind: "file" }] : [];
}

function stateOf(entries: readonly Entry[]): string {
  return createHash("sha256")
    .update(entries.map(({ state }) => state).join("\n"))
    .digest("hex");
}

/** @throws when it cannot be made whole; then nothing is left of it */
async function copy(from: string, to: string, entries: readonly Entry[]): Promise<void> {
  try {
    await mkdir(to, { mode: 0o755 });
    for (const { path, kind } of entries)
      if (kind === "directory") await mkdir(join(to, path), { mode: 0o755 });
    const made = entries.map(async ({ path, kind }) => {
      const [source, target] = [join(from, path), join(to, path)];
      if (kind === "link")
        await readlink(source)
          .then((at) => symlink(at, target))
          .catch(ifNoLoss);
      if (kind === "file") await copyFile(source, target).catch(ifNoLoss);
    });
    await Promise.all(made);
    for (const [name, text] of [
      ["passwd", PASSWD],
      ["group", GROUP],
    ] as const) {
      await rm(join(to, name), { force: true });
      await writeFile(join(to, name), text, { mode: 0o444 });
    }
  } catch (error) {
    await rm(to, { recursive: true, force: true });
    throw error;
  }
}

/** One that has gone meanwhile, or cannot be read after all, is not missed. */
function ifNoLoss(error: NodeJS.ErrnoException): void {
  if (!["ENOENT", "EACCES", "EPERM"].includes(error.code ?? "")) throw error;
}

/** Removes what dead processes left behind, those of other containers once they are old. */
async function sweep(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const owner = await ownerOf(path);
    const made = (await lstat(path).catch(() => undefined))?.mtimeMs ?? 0;
    // Another process may be about to say that this one is its own.
    if (owner === undefined && Date.now() - made < YOUNG_MS) continue;
    const alive = owner === undefined ? false : isAlive(owner);
    const isOld = Date.now() - made > OLD_MS;
    if (alive === false || (alive === "elsewhere" && isOld))
      await rm(path, { recursive: true, force: true });
  }
}

async function ownerOf(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(join(path, OWNER), "utf8")) as Owner;
  } catch {
    return undefined;
  }
}
