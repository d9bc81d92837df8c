import { expect, test } from "vitest";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import { forge } from "../../src/doctor/forge.ts";
import { look } from "./installation.ts";

test("a forge that accepts the token says whose it is", async () => {
  await using sandbox = await startSandboxForge();
  const { token: GITEA_TOKEN } = sandbox.addUser("kugetsu-bot");
  expect(await look(forge, { GITEA_URL: sandbox.url, GITEA_TOKEN })).toMatchObject([
    { status: "ok", detail: `${sandbox.url} accepts the token of kugetsu-bot.` },
  ]);
});

test("what it refuses is told with what to do", async () => {
  await using sandbox = await startSandboxForge();
  sandbox.addUser("kugetsu-bot");
  const { token: fresh } = sandbox.addUser("fresh", { mustChangePassword: true });
  const narrow = sandbox.addToken("kugetsu-bot", ["write:issue"]);
  for (const [GITEA_TOKEN, hint] of [
    ["0".repeat(40), "wrong, expired, or of another server"],
    [fresh, "must change its password first"],
    [narrow, "lacks the scope read:user"],
  ] as const) {
    await expect(look(forge, { GITEA_URL: sandbox.url, GITEA_TOKEN })).rejects.toMatchObject({
      hint: expect.stringContaining(hint),
    });
  }
});

test("one that is down is said to be", async () => {
  const sandbox = await startSandboxForge();
  await sandbox[Symbol.asyncDispose]();
  const env = { GITEA_URL: sandbox.url, GITEA_TOKEN: "0".repeat(40) };
  await expect(look(forge, env)).rejects.toMatchObject({ code: "unavailable" });
});

test("none need be set, but both parts of one", async () => {
  expect(await look(forge, {})).toMatchObject([{ status: "ok" }]);
  expect(await look(forge, { GITEA_TOKEN: "x" })).toMatchObject([{ status: "problem" }]);
  expect(await look(forge, { GITEA_URL: "http://x" })).toMatchObject([{ status: "warning" }]);
});
