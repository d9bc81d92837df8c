import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { openWorld, REPOSITORY } from "../support/world.ts";

const WORK = script([
  bash("pwd; env | sort; echo done > work.txt; git add . && git commit -qm 'Add the work'"),
  say("I added the work."),
]);

test("start works without a server: branch, pull request, and a result, and no word in the issue", async () => {
  await using world = await openWorld({ unserved: true });
  const { forge, model, cli } = world;
  const ref = `${forge.host}/${REPOSITORY}#${world.issue}`;
  const early = await cli(["start", ref, "do it"]);
  expect(early.exitCode).toBe(1);
  expect(early.stderr).toContain("kugetsu init");
  expect(await cli(["init", "--headless"])).toMatchObject({ exitCode: 0 });
  model.play(WORK);
  const started = await cli(["start", ref, "do it", "--json"]);
  console.log(started.stderr);
  console.log(started.stdout);
  expect(started.exitCode).toBe(0);
  const result = JSON.parse(started.stdout) as Record<string, unknown>;
  expect(result).toMatchObject({
    ref,
    state: "done",
    branch: `fix/issue-${world.issue}`,
    pushed: true,
  });
  expect(world.botComments()).toEqual([]);
  const asked = model.requests.find(({ ask }) => ask.step === 1);
  expect(asked?.ask.results[0]).toContain("KUGETSU_TEMP_DIR=");
  const more = await cli(["continue", ref, "-"], "and more\n");
  console.log(more.stderr, more.stdout);
  expect(more.exitCode).toBe(0);
  const logs = await cli(["logs", ref, "--all"]);
  console.log(logs.stdout);
  const status = await cli(["status"]);
  console.log(status.stdout);
});
