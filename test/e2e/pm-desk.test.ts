import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { openWorld, REPOSITORY } from "../support/world.ts";

const COORDINATOR = "PM agent of kugetsu, a coordinator";

test("a PM agent sets a developer to work through the same queue, at a cap of 1, in its own repository alone", async () => {
  await using world = await openWorld({ env: { MAX_CONCURRENT_AGENTS: "1" } });
  const { forge, model } = world;
  const ref = `${forge.host}/${REPOSITORY}#${world.issue}`;
  const developer = script([
    bash("command -v kugetsu; echo 1 > work.txt; git add . && git commit -qm 'Add the work'"),
    say("I added the work."),
  ]);
  const calls = [
    "env list",
    `destroy '${ref}' -y`,
    `start '${forge.host}/olivia/other#1' x`,
    `start '${ref}' 'do it'`,
    "list",
  ].map((call) => `kugetsu ${call}; echo "-> $?"`);
  const manager = script([bash(calls.join("; ")), say("I had it done.")]);
  model.play((ask) => (ask.text.includes(COORDINATOR) ? manager(ask) : developer(ask)));
  const report = await world.report(world.say("/kugetsu delegate have it done"));
  expect(report.body).toContain("I had it done.");
  const told = model.requests.find(({ ask }) => ask.step === 1 && ask.text.includes(COORDINATOR))
    ?.ask.results[0];
  expect(told?.match(/-> \d/g)).toEqual(["-> 2", "-> 2", "-> 1", "-> 0", "-> 0"]);
  expect(told).toContain("I added the work.");
  expect(told).toContain(`${ref}  finished  fix/issue-1`);
  expect(forge.pulls(REPOSITORY)).toMatchObject([{ head: "fix/issue-1" }]);
  const made = model.requests.find(({ ask }) => ask.step === 1 && !ask.text.includes(COORDINATOR));
  expect(made?.ask.results[0]).not.toContain("client/kugetsu");
});
