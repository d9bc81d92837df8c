// A process of its own for the tests: takes over a home, and may be killed in the middle.
import { openDatabase } from "../../../src/kugetsu/db/database.ts";
import { openHome } from "../../../src/kugetsu/home.ts";
import { takeOverShellHome } from "../../../src/kugetsu/shell-home/take-over.ts";

const [root = "", user = ""] = process.argv.slice(2);
const home = await openHome(root);
const database = openDatabase(home.database);
const warn = (message: string) => process.send?.(message);
process.send?.("begins");
await takeOverShellHome({ home, database, environment: { HOME: user }, warn });
process.send?.("over");
process.disconnect();
