// A process of its own for the tests: takes a lease and keeps it until it is killed.
import { openDatabase } from "../../../src/kugetsu/db/database.ts";
import { createLeaseStore } from "../../../src/kugetsu/db/leases.ts";
import { currentOwner } from "../../../src/kugetsu/db/owner.ts";

const [file = "", resource = ""] = process.argv.slice(2);
const leases = createLeaseStore(openDatabase(file));
const isMine = await leases.acquire({ resource, kind: "dev", owner: currentOwner("holder") });
process.send?.(isMine);
