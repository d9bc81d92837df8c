// A process of its own for the tests: sets a variable again and again, and tells each round, until it is killed.
import { createEnvFiles } from "../../../src/kugetsu/env/files.ts";

const [directory = ""] = process.argv.slice(2);
const files = createEnvFiles(directory);
for (let round = 0; process.connected; round += 1) {
  await files.set("default", "ROUND", String(round));
  process.send?.("round");
}
