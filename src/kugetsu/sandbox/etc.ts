import { createHash, randomUUID } from "node:crypto";
import {
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
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
const NOTHING = () => undefined;
const MOST_FILE_BYTES = 10_000_000;

/**
 * @param directory where the copies are made
 * @param etc what is copied; other than /etc in tests
 */
export async function copiesOfEtc(directory: string, etc = "/etc"): Promise<EtcCopies> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await sweep(directory);
  const own = `${process.pid}-${randomUUID()}`;
  let last: { readonly path: string; readonly state: string } | undefined;
  const copies: string[] = [];
  return {
    async current() {
      const entries = await readable(etc);
      const state = stateOf(entries);
      if (last?.state === state) return last.path;
      const path = join(directory, `${own}-${copies.length}`);
      copies.push(path);
      await copy(etc, path, entries);
      last = { path, state };
      return path;
    },
    async [Symbol.asyncDispose]() {
      for (const path of copies) await rm(path, { recursive: true, force: true });
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

async function copy(from: string, to: string, entries: readonly Entry[]): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o755 });
  for (const { path, kind } of entries)
    if (kind === "directory") await mkdir(join(to, path), { mode: 0o755 });
  const made = entries.map(async ({ path, kind }) => {
    const [source, target] = [join(from, path), join(to, path)];
    // One that has gone meanwhile, or cannot be read after all, is no loss.
    if (kind === "link")
      await readlink(source)
        .then((at) => symlink(at, target))
        .catch(NOTHING);
    if (kind === "file") await copyFile(source, target).catch(NOTHING);
  });
  await Promise.all(made);
  for (const [name, text] of [
    ["passwd", PASSWD],
    ["group", GROUP],
  ] as const) {
    await rm(join(to, name), { force: true });
    await writeFile(join(to, name), text, { mode: 0o444 });
  }
}

/** Removes what processes that are dead left behind. */
async function sweep(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = /^(\d+)-/.exec(name)?.[1];
    if (pid === undefined) continue;
    const isAlive = await lstat(`/proc/${pid}`).then(
      () => true,
      () => false,
    );
    if (!isAlive) await rm(join(directory, name), { recursive: true, force: true });
  }
}
