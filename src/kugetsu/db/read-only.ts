import Sqlite from "better-sqlite3";
import { KugetsuError } from "../errors.ts";

/**
 * A connection for reading alone. Its user writes SQL: loading drizzle takes longer than listing a thousand rows. In
 * words of its own, so that who uses the core needs no types of the driver.
 */
export interface ReadOnly {
  prepare<Parameters extends unknown[] = unknown[], Row = unknown>(
    sql: string,
  ): Statement<Parameters, Row>;
}

interface Statement<Parameters extends unknown[], Row> {
  get(...parameters: Parameters): Row | undefined;
  all(...parameters: Parameters): Row[];
  /** Gives the first column in place of the row. */
  pluck(): Statement<Parameters, Row>;
}

/** Whether a table is there: none is in a file that another process is about to make a database of. */
export function hasTable(client: ReadOnly, name: string): boolean {
  const found = client.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
  return found.get(name) !== undefined;
}

/**
 * Reads from a database that is there, in one moment's state. Nothing is made, and no migration applied.
 * @throws KugetsuError `unavailable` when it cannot be read, also when an older version of the program wrote it
 */
export function readOnly<T>(file: string, read: (client: ReadOnly) => T): T {
  try {
    const client = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 5_000 });
    try {
      return client.transaction(() => read(client))();
    } finally {
      client.close();
    }
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error;
    throw new KugetsuError("unavailable", "The database cannot be read.", {
      cause: error,
      hint: "See that the home directory belongs to the user who runs kugetsu.",
    });
  }
}
