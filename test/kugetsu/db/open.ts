import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../../src/kugetsu/db/database.ts";

/** A path for a database in a directory that is removed after the test. */
export function temporaryFile(): string {
  const directory = mkdtempSync(join(tmpdir(), "kugetsu-db-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return join(directory, "kugetsu.db");
}

/** An open database that is closed after the test. */
export function temporaryDatabase(file = temporaryFile()): Database {
  const db = openDatabase(file);
  onTestFinished(() => {
    db[Symbol.dispose]();
  });
  return db;
}
