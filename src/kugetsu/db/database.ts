import { chmodSync, closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Sqlite, { type RunResult } from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import type { BaseSQLiteDatabase } from "drizzle-orm/sqlite-core";
import { KugetsuError } from "../errors.ts";
import { migrate } from "./migrate.ts";

/** Runs statements: the connection itself, or a transaction that a caller holds open. */
export type Tx = BaseSQLiteDatabase<"sync", RunResult>;

/** One connection to the one database file. */
export interface Database extends Disposable {
  readonly file: string;
  /** For reading outside of a transaction. */
  readonly orm: Tx;
  /**
   * Runs `work` in one immediate transaction and commits it to the disk before it returns; rolls back when it throws.
   * @throws KugetsuError `unavailable` when the database cannot be written (locked, disk full, read-only)
   */
  write<T>(work: (tx: Tx) => T): T;
}

const BUSY_TIMEOUT_MS = 5_000;
/** The folder of the migrations, drizzle-kit's. */
export const MIGRATIONS = fileURLToPath(new URL("../../../migrations", import.meta.url));

/**
 * Opens the database and brings it to the newest schema. Safe when several processes do so at once.
 * @param file absolute path; made with mode 0600 when missing
 * @throws KugetsuError `conflict` when a newer version of the program wrote it, `unavailable` when it cannot be used
 */
export function openDatabase(file: string, migrations = MIGRATIONS): Database {
  return translated(() => {
    // SQLite gives its -wal and -shm files the mode of the database file.
    closeSync(openSync(file, "a", 0o600));
    chmodSync(file, 0o600);
    const client = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      enableWal(client);
      // better-sqlite3 is built to fall back to NORMAL in WAL mode, which loses the last commits with the power.
      client.pragma("synchronous = FULL");
      migrate(client, migrations);
      client.pragma("foreign_keys = ON");
    } catch (error) {
      client.close();
      throw error;
    }
    const orm = drizzle(client);
    return {
      file,
      orm,
      // Immediate: a deferred transaction that turns to writing fails at once, whatever the busy timeout says.
      write: (work) => translated(() => orm.transaction(work, { behavior: "immediate" })),
      [Symbol.dispose]: () => {
        client.close();
      },
    };
  });
}

/** The change to WAL does not wait for the busy timeout when another connection makes the same change. */
function enableWal(client: Sqlite.Database): void {
  const deadline = Date.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      client.pragma("journal_mode = WAL");
      return;
    } catch (error) {
      if (!isSqliteError(error) || !error.code.startsWith("SQLITE_BUSY") || Date.now() > deadline) {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

const UNAVAILABLE = /^SQLITE_(?:BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM)/;

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isSqliteError(error) && UNAVAILABLE.test(error.code)) {
      throw new KugetsuError("unavailable", "The database cannot be used right now.", {
        cause: error,
        hint: "See that the disk has room, and that the home directory belongs to the user who runs kugetsu.",
      });
    }
    throw error;
  }
}

function isSqliteError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Sqlite.SqliteError;
}
