// A process of its own for the tests: holds the write lock of a database that is not yet in WAL mode, for a moment.
import Sqlite from "better-sqlite3";

const client = new Sqlite(process.argv[2]);
client.exec("BEGIN IMMEDIATE");
process.send?.("locked");
setTimeout(() => {
  client.exec("COMMIT");
  client.close();
  process.disconnect();
}, 150);
