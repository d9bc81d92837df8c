import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import { forge } from "../../src/doctor/forge.ts";
import { look, newHome } from "./installation.ts";

test("a forge that accepts the token says whose it is", async () => {
  await using sandbox = await startSandboxForge();
  const { token: GITEA_TOKEN } = sandbox.addUser("kugetsu-bot");
  expect(await look(forge, { GITEA_URL: sandbox.url, GITEA_TOKEN })).toMatchObject([
    { status: "ok", detail: `${sandbox.url} accepts the token of kugetsu-bot.` },
  ]);
});

test("a GitHub says whose token it accepts, or which App", async () => {
  await using sandbox = await startSandboxForge({ face: "github" });
  const { token: GITHUB_TOKEN } = sandbox.addUser("kugetsu-bot");
  const app = sandbox.addApp({ slug: "kugetsu", owner: "kugetsu-bot" });
  const GITHUB_URL = sandbox.url;
  expect(await look(forge, { GITHUB_URL, GITHUB_TOKEN })).toMatchObject([
    { status: "ok", detail: `${sandbox.url} accepts the token of kugetsu-bot.` },
  ]);
  const asApp = {
    GITHUB_URL,
    GITHUB_APP_ID: String(app.id),
    GITHUB_APP_PRIVATE_KEY: app.privateKey,
    GITHUB_APP_ACCOUNTS: "kugetsu-bot",
  };
  expect(await look(forge, asApp)).toMatchObject([
    { status: "ok", detail: `${sandbox.url} accepts the App kugetsu[bot].` },
  ]);
  // Then it is the settings that are told of.
  expect(await look(forge, { ...asApp, GITHUB_APP_PRIVATE_KEY: "no key" })).toEqual([]);
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
    expect(await look(forge, { GITEA_URL: sandbox.url, GITEA_TOKEN })).toMatchObject([
      { status: "problem", advice: expect.stringContaining(hint) as string },
    ]);
  }
});

test("one that is down is said to be", async () => {
  const sandbox = await startSandboxForge();
  await sandbox[Symbol.asyncDispose]();
  const env = { GITEA_URL: sandbox.url, GITEA_TOKEN: "0".repeat(40) };
  expect(await look(forge, env)).toMatchObject([
    { status: "problem", detail: expect.stringContaining(sandbox.url) as string },
  ]);
});

test("none need be set, but both parts of one", async () => {
  expect(await look(forge, {})).toMatchObject([{ status: "ok" }]);
  expect(await look(forge, { GITEA_TOKEN: "x" })).toMatchObject([{ status: "problem" }]);
  expect(await look(forge, { GITEA_URL: "http://x" })).toMatchObject([{ status: "warning" }]);
});

test("each is looked at, those of forges.json too, and one that is down hides no other", async () => {
  await using sandbox = await startSandboxForge();
  const down = await startSandboxForge();
  await down[Symbol.asyncDispose]();
  const { token } = sandbox.addUser("work-bot");
  const KUGETSU_HOME = newHome({
    "forges.json": JSON.stringify({
      forges: { work: { kind: "gitea", url: sandbox.url, token }, broken: { kind: "gitea" } },
    }),
  });
  const env = { KUGETSU_HOME, GITEA_URL: down.url, GITEA_TOKEN: "0".repeat(40) };
  expect(await look(forge, env)).toMatchObject([
    { status: "problem", detail: expect.stringContaining('"broken" is left out') as string },
    { status: "problem", detail: expect.stringContaining(down.url) as string },
    { status: "ok", detail: `${sandbox.url} accepts the token of work-bot.` },
  ]);
});

test("a forges.json that others may read is told", async () => {
  const KUGETSU_HOME = newHome({ "forges.json": "{}" });
  chmodSync(join(KUGETSU_HOME, "forges.json"), 0o640);
  expect(await look(forge, { KUGETSU_HOME })).toMatchObject([
    { status: "problem", advice: expect.stringContaining("chmod 600") as string },
  ]);
});
