import { fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { openDatabase } from "../../../src/kugetsu/db/database.ts";
import { slugs } from "../../../src/kugetsu/db/schema.ts";
import { temporaryDatabase, temporaryFile } from "./open.ts";

const MIGRATIONS = fileURLToPath(new URL("../../../migrations", import.meta.url));
const LOCKER = fileURLToPath(new URL("locker.ts", import.meta.url));
const OPENER = fileURLToPath(new URL("opener.ts", import.meta.url));

test("every connection waits for the disk, writes ahead and keeps foreign keys", () => {
  const file = temporaryFile();
  for (const db of [temporaryDatabase(file), temporaryDatabase(file)]) {
    expect(db.orm.get(sql`PRAGMA synchronous`)).toEqual({ synchronous: 2 });
    expect(db.orm.get(sql`PRAGMA journal_mode`)).toEqual({ journal_mode: "wal" });
    expect(db.orm.get(sql`PRAGMA foreign_keys`)).toEqual({ foreign_keys: 1 });
    expect(db.orm.get(sql`PRAGMA busy_timeout`)).toEqual({ timeout: 5000 });
  }
});

test("only the owner can read the file and what SQLite puts beside it", () => {
  const file = temporaryFile();
  writeFileSync(file, "", { mode: 0o644 });
  const db = temporaryDatabase(file);
  db.write((tx) => tx.insert(slugs).values({ ref: "a", slug: "a" }).run());
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    expect(statSync(path).mode & 0o777).toBe(0o600);
  }
});

test("several processes may open an empty file at once", async () => {
  const file = temporaryFile();
  const files = Array.from({ length: 15 }, (_, index) => `${file}${index}`);
  const children = Array.from({ length: 3 }, () => fork(OPENER));
  await Promise.all(children.map((child) => once(child, "message")));
  const answers = children.map((child) => once(child, "message"));
  for (const child of children) child.send({ files, startAt: Date.now() + 50 });
  expect((await Promise.all(answers)).map(([answer]) => answer as string)).toEqual(
    children.map(() => "opened"),
  );
  const db = temporaryDatabase(files[0]);
  const journal = JSON.parse(readFileSync(join(MIGRATIONS, "meta/_journal.json"), "utf8")) as {
    entries: unknown[];
  };
  expect(db.orm.get(sql`SELECT count(*) AS applied FROM migrations`)).toEqual({
    applied: journal.entries.length,
  });
});

test("the change to WAL waits for whoever writes at that moment", async () => {
  const file = temporaryFile();
  const child = fork(LOCKER, [file]);
  const ended = once(child, "exit");
  await once(child, "message");
  expect(temporaryDatabase(file).orm.get(sql`PRAGMA journal_mode`)).toEqual({
    journal_mode: "wal",
  });
  await ended;
});

test("a later migration is applied to a database that has rows, and the older program then refuses it", () => {
  const file = temporaryFile();
  const db = openDatabase(file);
  db.write((tx) => tx.insert(slugs).values({ ref: "a", slug: "a" }).run());
  db[Symbol.dispose]();

  const newer = join(dirname(file), "migrations");
  cpSync(MIGRATIONS, newer, { recursive: true });
  const journalFile = join(newer, "meta/_journal.json");
  const journal = JSON.parse(readFileSync(journalFile, "utf8")) as { entries: object[] };
  const entry = { idx: 99, version: "6", when: Date.now(), tag: "0099_more", breakpoints: true };
  writeFileSync(journalFile, JSON.stringify({ ...journal, entries: [...journal.entries, entry] }));
  writeFileSync(
    join(newer, "0099_more.sql"),
    "ALTER TABLE slugs ADD COLUMN more text;--> statement-breakpoint\nSELECT 1;",
  );

  const migrated = openDatabase(file, newer);
  expect(migrated.orm.all(sql`SELECT * FROM slugs`)).toEqual([{ ref: "a", slug: "a", more: null }]);
  migrated[Symbol.dispose]();
  expect(() => openDatabase(file)).toThrow(
    expect.objectContaining({ name: "KugetsuError", code: "conflict" }),
  );
});

test("a migration that fails leaves nothing behind", () => {
  const file = temporaryFile();
  const broken = join(dirname(file), "migrations");
  cpSync(MIGRATIONS, broken, { recursive: true });
  const journalFile = join(broken, "meta/_journal.json");
  const journal = JSON.parse(readFileSync(journalFile, "utf8")) as { entries: { tag: string }[] };
  const last = journal.entries.at(-1)?.tag ?? "";
  writeFileSync(
    join(broken, `${last}.sql`),
    `${readFileSync(join(broken, `${last}.sql`), "utf8")}; NONSENSE`,
  );
  expect(() => openDatabase(file, broken)).toThrow(/syntax/);
  expect(temporaryDatabase(file).orm.all(sql`SELECT * FROM sessions`)).toEqual([]);
});

test("a write that throws is rolled back as a whole", () => {
  const db = temporaryDatabase();
  const write = (): void => {
    db.write((tx) => {
      tx.insert(slugs).values({ ref: "a", slug: "a" }).run();
      throw new Error("halfway");
    });
  };
  expect(write).toThrow("halfway");
  expect(db.orm.select().from(slugs).all()).toEqual([]);
});

test("a file that is no database is said to be unusable, without its content", () => {
  const file = temporaryFile();
  writeFileSync(
    file,
    "something else entirely, and long enough to have a header of its own".repeat(20),
  );
  expect(() => openDatabase(file)).toThrow(
    expect.objectContaining({
      name: "KugetsuError",
      code: "unavailable",
      message: "The database cannot be used right now.",
    }),
  );
});
