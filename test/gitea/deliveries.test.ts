import { expect, test } from "vitest";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import { PEOPLE, sandboxUnderTest } from "../support/sandbox-under-test.ts";
import { eventsOf } from "./events.ts";
import { openServer } from "./world.ts";

test("this server tells of each act what the sandbox forge tells", async () => {
  await using sandbox = await startSandboxForge();
  for (const login of Object.values(PEOPLE)) sandbox.addUser(login);
  await using server = await openServer();
  const [real, played] = await Promise.all([
    eventsOf(server, process.env["GITEA_TEST_BOT_HOST"]),
    eventsOf(sandboxUnderTest(sandbox, "")),
  ]);
  expect(played).toEqual(real);
});
