import type Sqlite from "better-sqlite3";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { KugetsuError } from "../errors.ts";

/**
 * Applies what is missing of the migrations in `folder` (drizzle-kit's), all of it or nothing. drizzle's own migrator
 * looks at the last one before it takes the write lock, so that two processes at once would both apply it.
 * @throws KugetsuError `conflict` when the database has a migration that is not in `folder`
 */
export function migrate(client: Sqlite.Database, folder: string): void {
  const known = readMigrationFiles({ migrationsFolder: folder });
  // A table that is rebuilt must not take the rows that refer to it along; has no effect inside a transaction.
  client.pragma("foreign_keys = OFF");
  client
    .transaction(() => {
      client.exec(
        "CREATE TABLE IF NOT EXISTS migrations (hash TEXT PRIMARY KEY, created_at INTEGER NOT NULL)",
      );
      const applied = new Set(
        client.prepare("SELECT hash FROM migrations").pluck().all() as string[],
      );
      if (
        applied.size > known.length ||
        [...applied].some((hash) => !known.some((one) => one.hash === hash))
      ) {
        throw new KugetsuError(
          "conflict",
          "The database was written by another version of kugetsu.",
          {
            hint: "Install that version or a newer one, or go back to a copy of the home directory from before.",
          },
        );
      }
      const missing = known.filter((one) => !applied.has(one.hash));
      const remember = client.prepare("INSERT INTO migrations (hash, created_at) VALUES (?, ?)");
      for (const migration of missing) {
        for (const statement of migration.sql) client.exec(statement);
        remember.run(migration.hash, migration.folderMillis);
      }
    })
    .immediate();
}
