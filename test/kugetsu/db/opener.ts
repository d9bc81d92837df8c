// A process of its own for the tests: opens each of the files at the moment it is told, to the millisecond.
import { openDatabase } from "../../../src/kugetsu/db/database.ts";

process.once("message", ({ files, startAt }: { files: string[]; startAt: number }) => {
  try {
    for (const [index, file] of files.entries()) {
      while (Date.now() < startAt + index * 40);
      openDatabase(file)[Symbol.dispose]();
    }
    process.send?.("opened");
  } catch (error) {
    process.send?.(String(error));
  }
  process.disconnect();
});
process.send?.("ready");
