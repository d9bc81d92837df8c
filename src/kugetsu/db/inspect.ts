import Sqlite from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { KugetsuError } from "../errors.ts";
import { type Database, MIGRATIONS } from "./database.ts";

/** A database that is looked at and not changed. */
export interface Inspection extends Disposable {
  /** Its `write` always throws. */
  readonly db: Database;
  /** `older`: the next start brings it up to date. `newer`: this program cannot use it. */
  readonly schema: "current" | "older" | "newer";
  /** What SQLite's quick check found, in its words; undefined when it found nothing. */
  damage(): string | undefined;
}

const BUSY_TIMEOUT_MS = 2_000;

/**
 * Opens a database for reading, whatever its schema, beside those who work on it.
 * @param file absolute path of a file that is there
 * @throws KugetsuError `unavailable`
 */
export function inspectDatabase(file: string, migrations = MIGRATIONS): Inspection {
  try {
    return inspect(file, migrations);
  } catch (cause) {
    if (!(cause instanceof Sqlite.SqliteError)) throw cause;
    throw new KugetsuError("unavailable", `The database cannot be read (${cause.code}).`, {
      cause,
      hint: "See that the home directory belongs to the user who runs kugetsu; else go back to a copy of it.",
    });
  }
}

function inspect(file: string, migrations: string): Inspection {
  const client = new Sqlite(file, {
    readonly: true,
    fileMustExist: true,
    timeout: BUSY_TIMEOUT_MS,
  });
  try {
    const schema = schemaOf(client, migrations);
    return {
      db: {
        file,
        orm: drizzle(client),
        write: () => {
          throw new KugetsuError("internal", "The database is open for reading only.");
        },
        [Symbol.dispose]: () => {
          client.close();
        },
      },
      schema,
      damage: () => {
        const words = String(client.pragma("quick_check(1)", { simple: true }));
        return words === "ok" ? undefined : words;
      },
      [Symbol.dispose]: () => {
        client.close();
      },
    };
  } catch (error) {
    client.close();
    throw error;
  }
}

function schemaOf(client: Sqlite.Database, folder: string): Inspection["schema"] {
  const known = new Set(readMigrationFiles({ migrationsFolder: folder }).map(({ hash }) => hash));
  const table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'";
  if (client.prepare(table).get() === undefined) return "older";
  const applied = client.prepare("SELECT hash FROM migrations").pluck().all() as string[];
  if (applied.some((hash) => !known.has(hash))) return "newer";
  return applied.length === known.size ? "current" : "older";
}
