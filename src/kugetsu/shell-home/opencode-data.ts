import { copyFile, lstat, mkdir, rename, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import Sqlite from "better-sqlite3";
import { KugetsuError } from "../errors.ts";
import { removeTree } from "../git/directory.ts";

/** Where the copy lies in a backup: a home of its own, in which an opencode can be started. */
export const OPENCODE = "opencode";
const DATA = join("home", ".local", "share", "opencode");

/** Absolute path of the copied opencode database. */
export function copiedDatabase(backup: string): string {
  return join(backup, OPENCODE, DATA, "opencode.db");
}

/** Absolute path of the user's own opencode data, as opencode itself would find it. */
export function userData(environment: Readonly<Record<string, string | undefined>>): string {
  const home = environment["HOME"] || homedir();
  return join(environment["XDG_DATA_HOME"] || join(home, ".local", "share"), "opencode");
}

/**
 * Copies the database of the user's own opencode, once; nothing is written there.
 *
 * @param data absolute path of the user's opencode data
 * @param backup absolute path of the backup
 * @param name OPENCODE_DB, where the user has said so
 * @returns false when there is none
 * @throws KugetsuError `failed` when it cannot be copied
 */
export async function copyOpencodeData(
  data: string,
  backup: string,
  name = "opencode.db",
): Promise<boolean> {
  const target = join(backup, OPENCODE);
  if (await isThere(target)) return true;
  const database = isAbsolute(name) ? name : join(data, name);
  if (!(await isThere(database))) return false;
  const partly = `${target}.part`;
  await removeTree(partly);
  const to = join(partly, DATA);
  await mkdir(to, { recursive: true, mode: 0o700 });
  try {
    // A pipe would be waited for.
    if (!(await stat(database)).isFile())
      throw Object.assign(new Error(), { code: "not a regular file" });
    await copyDatabase(database, join(to, "opencode.db"));
  } catch (cause) {
    await removeTree(partly);
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    throw new KugetsuError("failed", `${database} cannot be copied (${code}).`, { cause });
  }
  await rename(partly, target);
  return true;
}

/**
 * A database that somebody has open is copied by SQLite's own backup. One that nobody has open is copied as a file:
 * SQLite would make its two further files beside it, in the user's data.
 */
async function copyDatabase(from: string, to: string): Promise<void> {
  if (await isThere(`${from}-shm`)) {
    const client = new Sqlite(from, { readonly: true, fileMustExist: true, timeout: 10_000 });
    try {
      await client.backup(to);
    } finally {
      client.close();
    }
    return;
  }
  const before = await stamps(from);
  for (const suffix of ["", "-wal"]) {
    if (await isThere(`${from}${suffix}`)) await copyFile(`${from}${suffix}`, `${to}${suffix}`);
  }
  // Somebody has begun to use it meanwhile.
  if ((await isThere(`${from}-shm`)) || before !== (await stamps(from))) {
    for (const suffix of ["", "-wal"]) await removeTree(`${to}${suffix}`);
    await copyDatabase(from, to);
  }
}

async function stamps(file: string): Promise<string> {
  const found = await Promise.all(
    ["", "-wal"].map((suffix) => stat(`${file}${suffix}`).catch(() => undefined)),
  );
  return found.map((each) => `${each?.size}:${each?.mtimeMs}`).join(" ");
}

/** Whether the copy of opencode's database surely lacks that session. */
export function lacksSession(backup: string, id: string): boolean {
  try {
    using client = opened(copiedDatabase(backup));
    return client.database.prepare("SELECT 1 FROM session WHERE id = ?").get(id) === undefined;
  } catch {
    // A database of another form: opencode itself has to tell.
    return false;
  }
}

function opened(file: string): Disposable & { readonly database: Sqlite.Database } {
  const database = new Sqlite(file, { fileMustExist: true });
  return { database, [Symbol.dispose]: () => database.close() };
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
