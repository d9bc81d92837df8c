import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Database } from "../db/database.ts";
import type { SessionStore } from "../db/sessions.ts";
import { anyStale, listStale, noteWritten, type StaleDocument } from "../db/stale-documents.ts";
import { readPrivateFile, writePrivateFile } from "../env/private-file.ts";
import { KugetsuError } from "../errors.ts";
import { holdFileLock } from "../file-lock.ts";
import type { Home } from "../home.ts";
import { isDamaged, keepDamaged } from "./damaged.ts";
import { documentName, indexDocument, sessionDocument } from "./form.ts";

/** `index.json` and `sessions/*.json`: written from the database for people and programs that know these files. */
export interface Documents {
  /** Writes what changed since it was last written, whoever changed it. Never fails: what is wrong is a warning. */
  write(): Promise<void>;
  /**
   * As `write`, for a start: what a killed process left half done is removed first, and an index that is no JSON object
   * is kept beside the new one, as `index.json.damaged-<time>`.
   */
  recover(): Promise<void>;
}

export interface DocumentsOptions {
  readonly home: Home;
  readonly database: Database;
  readonly sessions: Pick<SessionStore, "list">;
  readonly warn: (message: string) => void;
}

const PATIENCE_MS = 10_000;

/** Nothing is written until something is asked for. */
export function createDocuments(options: DocumentsOptions): Documents {
  const { home, database, warn } = options;
  let last = Promise.resolve();

  const writeAll = async (isStart: boolean) => {
    const isWhole = !isStart || !(await isDamaged(home.index));
    if (isWhole && !anyStale(database)) return;
    using _lock = await holdFileLock(`${home.database}.documents`, PATIENCE_MS);
    if (isStart) await removeTemporary(home);
    const isAnew = !isWhole && (await setAside(options));
    // What is changed after this is stale anew, whatever the list below says of it.
    const stale = listStale(database);
    if (stale.length > 0 || isAnew) await writeStale(options, stale);
  };

  const attempt = async (isStart: boolean) => {
    try {
      await writeAll(isStart);
    } catch (error) {
      warn(`index.json and the session files could not be written: ${why(error)}.`);
    }
  };
  const next = async (isStart: boolean) => {
    const before = last;
    last = before.then(() => attempt(isStart));
    await last;
  };
  return { write: () => next(false), recover: () => next(true) };
}

/** The same store, whose changes stand in the documents by the time they are told. */
export function documented(store: SessionStore, documents: Documents): SessionStore {
  return {
    ...store,
    put: async (session) => afterwards(await store.put(session), documents),
    patch: async (ref, change) => afterwards(await store.patch(ref, change), documents),
    remove: async (ref) => afterwards(await store.remove(ref), documents),
  };
}

async function afterwards<T>(value: T, documents: Documents): Promise<T> {
  await documents.write();
  return value;
}

async function writeStale(
  { home, database, sessions, warn }: DocumentsOptions,
  stale: readonly StaleDocument[],
): Promise<void> {
  const all = await sessions.list();
  const byRef = new Map(all.map((session) => [session.ref, session]));
  const written: StaleDocument[] = [];
  for (const document of stale) {
    const path = join(home.sessions, documentName(document));
    const session = byRef.get(document.ref);
    try {
      if (session === undefined) await rm(path, { force: true });
      else await writePrivateFile(path, sessionDocument(session));
      written.push(document);
    } catch (error) {
      warn(`${path} could not be written: ${why(error)}.`);
    }
  }
  const index = indexDocument(all);
  // Most changes are of a session's state alone.
  const before = await readPrivateFile(home.index, undefined).catch(() => undefined);
  if (before !== index) await writePrivateFile(home.index, index);
  noteWritten(database, written);
}

/** Whether the index was still damaged; then it is kept. */
async function setAside({ home, warn }: DocumentsOptions): Promise<boolean> {
  if (!(await isDamaged(home.index))) return false;
  const aside = await keepDamaged(home.index);
  warn(`${home.index} is damaged and was kept as ${basename(aside)}.`);
  return true;
}

/** Only whoever holds the lock has such a file, so under it all of them are a killed process'. */
async function removeTemporary(home: Home): Promise<void> {
  const places = [
    // Other files of the home are written without this lock.
    [home.root, /^index\.json\.[0-9a-f-]{36}\.tmp$/],
    [home.sessions, /\.json\.[0-9a-f-]{36}\.tmp$/],
  ] as const;
  for (const [directory, temporary] of places) {
    for (const name of await readdir(directory)) {
      if (temporary.test(name)) await rm(join(directory, name), { force: true });
    }
  }
}

function why(error: unknown): string {
  if (error instanceof KugetsuError) return error.message.replace(/\.$/, "");
  return (error as NodeJS.ErrnoException).code ?? "unknown error";
}
