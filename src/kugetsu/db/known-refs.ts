import Sqlite from "better-sqlite3";
import { parseRef, printRef } from "../ref.ts";

const MOST = 1000;

/**
 * The refs of the issues that have a session, the one with the last activity first, at most 1000. Reads the database
 * and nothing else: it makes none, brings none to the newest schema and waits for nobody.
 *
 * @param file absolute path of the database
 * @throws SqliteError when it cannot be read
 */
export function knownRefs(file: string): readonly string[] {
  const client = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    const refs = client
      .prepare(
        "SELECT ref FROM sessions WHERE kind = 'forked' ORDER BY last_activity_at DESC LIMIT ?",
      )
      .pluck()
      .all(MOST) as string[];
    // A ref that is none could do anything in a terminal.
    return refs.filter(isRef);
  } finally {
    client.close();
  }
}

function isRef(text: string): boolean {
  try {
    return printRef(parseRef(text)) === text;
  } catch {
    return false;
  }
}
