import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { openWorld, REPOSITORY } from "../support/world.ts";

test("a PM agent starts a developer through the same queue, at a cap of 1, in its own repository alone", async () => {
  await using world = await openWorld({
    env: { MAX_CONCURRENT_AGENTS: "1" },
    before: async ({ cli }) => {
      expect(await cli(["init", "--headless"])).toMatchObject({ exitCode: 0 });
    },
  });
  const { forge, model } = world;
  const ref = `${forge.host}/${REPOSITORY}#${world.issue}`;
  const developer = script([
    bash("command -v kugetsu; echo done > work.txt; git add . && git commit -qm 'Add the work'"),
    say("I added the work."),
  ]);
  const manager = script([
    bash(
      `kugetsu env list; echo "env $?"; kugetsu destroy '${ref}' -y; echo "destroy $?"; kugetsu start '${forge.host}/olivia/other#1' x; echo "other $?"; kugetsu list; kugetsu start '${ref}' 'do it'; echo "start $?"; kugetsu logs '${ref}'; kugetsu status`,
    ),
    say("I had it done."),
  ]);
  model.play((ask) =>
    ask.text.includes("PM agent of kugetsu, a coord") ? manager(ask) : developer(ask),
  );
  const report = await world.report(world.say("/kugetsu delegate have it done"));
  console.log(report.body);
  const asked = model.requests.find(
    ({ ask }) => ask.step === 1 && ask.text.includes("PM agent of kugetsu, a coord"),
  );
  console.log(asked?.ask.results[0]);
  expect(forge.pulls(REPOSITORY)).toHaveLength(1);
});
