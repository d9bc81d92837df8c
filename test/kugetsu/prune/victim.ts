// A process of its own for the tests: destroys a session, or prunes, on a home; to be killed at any moment.
import { createKugetsu } from "../../../src/kugetsu/kugetsu.ts";

const [home = "", verb = "", ref = ""] = process.argv.slice(2);
await using kugetsu = await createKugetsu({
  home,
  environment: process.env,
  sandbox: "off",
  identity: async () => ({ name: "Victim", email: "victim@example.com" }),
});
process.send?.("begins");
if (verb === "prune") {
  const pruned = await kugetsu.prune({ force: true });
  const failed = pruned.filter(({ outcome }) => outcome === "failed");
  if (failed.length > 0) throw new Error(JSON.stringify(failed));
} else {
  await using _ = await kugetsu.hold(ref);
  await kugetsu.destroy(ref);
}
process.disconnect?.();
