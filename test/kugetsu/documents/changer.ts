// A process of its own for the tests: changes a session again and again, and tells each round, until it is killed or
// has done as many as it was told.
import { openDatabase } from "../../../src/kugetsu/db/database.ts";
import { createSessionStore } from "../../../src/kugetsu/db/sessions.ts";
import { createDocuments, documented } from "../../../src/kugetsu/documents/documents.ts";
import { openHome } from "../../../src/kugetsu/home.ts";

const [root = "", name = "", rounds = "0"] = process.argv.slice(2);
const home = await openHome(root);
const database = openDatabase(home.database);
const stored = createSessionStore(database);
const documents = createDocuments({
  home,
  database,
  sessions: stored,
  warn: (message) => process.send?.(message),
});
const sessions = documented(stored, documents);
await documents.recover();
const shared = `example.com/ann/shared#1`;
for (let round = 0; round < Number(rounds); round += 1) {
  const own = `example.com/ann/${name}#${(round % 3) + 1}`;
  await sessions.put({ ref: own, kind: "forked", state: `round-${round}` });
  await sessions.put({ ref: shared, kind: "forked", state: `${name}-${round}` });
  if (round % 5 === 4) await sessions.remove(own);
  process.send?.("round");
}
process.disconnect();
