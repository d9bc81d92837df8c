import { stat } from "node:fs/promises";
import { byteWords } from "../kugetsu/amount-words.ts";
import { type Check, ok, problem } from "./check.ts";

/** Reading every page takes its time, and nobody else in this process can do anything meanwhile. */
const LARGEST = 1024 ** 3;

export const database: Check = {
  name: "database",
  async look(subject) {
    const opened = await subject.database();
    if (opened === undefined) return [];
    if (opened.schema === "newer") {
      return problem(
        "The database was written by a newer version of kugetsu.",
        "Install that version or a newer one, or go back to a copy of the home from before.",
      );
    }
    const { size } = await stat(opened.db.file);
    if (size > LARGEST) {
      return ok(
        `It opens. With ${byteWords(size)} it is too large to be checked here.`,
        `sqlite3 ${opened.db.file} 'PRAGMA quick_check'`,
      );
    }
    const damage = opened.damage();
    if (damage !== undefined) {
      return problem(
        `The database is damaged: ${damage}`,
        "Stop the server, and go back to a copy; docs/operations.md says how one is made.",
      );
    }
    return opened.schema === "older"
      ? ok("It opens. Its schema is older; the next start brings it up to date.")
      : ok(`It opens, and its quick check found nothing (${byteWords(size)}).`);
  },
};
