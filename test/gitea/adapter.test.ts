import { expect, test } from "vitest";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import { PEOPLE, sandboxUnderTest } from "../support/sandbox-under-test.ts";
import { factsOf } from "./facts.ts";
import { openServer } from "./world.ts";

test("the adapter makes the same of this server and of the sandbox forge", async () => {
  await using sandbox = await startSandboxForge();
  for (const login of Object.values(PEOPLE)) sandbox.addUser(login);
  const token = sandbox.addToken(PEOPLE.bot, [
    "write:issue",
    "write:repository",
    "read:user",
    "read:organization",
  ]);
  await using server = await openServer();
  const real = await factsOf(server);
  const played = await factsOf(sandboxUnderTest(sandbox, token));
  expect(played).toEqual(real);
});
