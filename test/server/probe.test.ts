import { afterEach, expect, test, vi } from "vitest";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import { openForge } from "../../src/forges/adapter.ts";
import type { ConfiguredForge } from "../../src/forges/registry.ts";
import { createReadiness } from "../../src/server/probe.ts";
import { replay } from "../forge/github/replay.ts";
import { giteaSetting } from "../forges/setting.ts";
import { temporaryDatabase } from "../kugetsu/db/open.ts";

afterEach(() => {
  vi.useRealTimers();
});

async function probe(opencode = true, kind: "bubblewrap" | "off" = "bubblewrap") {
  await using setup = new AsyncDisposableStack();
  const forge = setup.use(await startSandboxForge());
  const database = temporaryDatabase();
  const setting = giteaSetting({ url: forge.url, token: forge.addUser("kugetsu-bot").token });
  const forges: ConfiguredForge[] = [{ setting, forge: openForge(setting) }];
  const readiness = createReadiness({
    database,
    forges: async () => forges,
    opencode: async () => opencode,
    sandbox: { kind, works: async () => true },
  });
  const stack = setup.move();
  return { forge, forges, database, readiness, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("every part that can be used is said to be", async () => {
  await using parts = await probe();
  expect(await parts.readiness()).toEqual({
    parts: {
      database: true,
      opencode: true,
      sandbox: true,
      forge: true,
    },
    forges: { gitea: true },
  });
});

test("a missing opencode is told alone", async () => {
  await using parts = await probe(false);
  expect(await parts.readiness()).toEqual({
    parts: {
      database: true,
      opencode: false,
      sandbox: true,
      forge: true,
    },
    forges: { gitea: true },
  });
});

test("a forge that is down is told alone", async () => {
  await using parts = await probe();
  await parts.forge.down();
  expect(await parts.readiness()).toEqual({
    parts: {
      database: true,
      opencode: true,
      sandbox: true,
      forge: false,
    },
    forges: { gitea: false },
  });
});

test("with two forges, one that is down is told by its name", async () => {
  await using parts = await probe();
  await using other = await startSandboxForge();
  const { token } = other.addUser("kugetsu-bot");
  const setting = giteaSetting({ name: "other", url: other.url, token });
  parts.forges.push({ setting, forge: openForge(setting) });
  expect(await parts.readiness()).toMatchObject({
    parts: { forge: true },
    forges: { gitea: true, other: true },
  });
  await other.down();
  parts.forges.splice(1, 1, { setting, forge: openForge(setting) });
  expect(await parts.readiness()).toMatchObject({
    parts: { forge: false },
    forges: { gitea: true, other: false },
  });
});

test("a forge that hangs is one that does not answer, and all else is told", async () => {
  await using parts = await probe();
  await using other = await startSandboxForge();
  const { token } = other.addUser("kugetsu-bot");
  const setting = giteaSetting({ name: "other", url: other.url, token });
  parts.forges.push({ setting, forge: openForge(setting) });
  other.fail({ answer: "hang", times: Infinity });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const asked = parts.readiness();
  await other.until(() => other.requests.length > 0);
  await parts.forge.until(() => parts.forge.requests.length > 0);
  vi.advanceTimersByTime(2_999);
  await expect(Promise.race([asked, Promise.resolve("waits")])).resolves.toBe("waits");
  vi.advanceTimersByTime(1);
  vi.useRealTimers();
  expect(await asked).toMatchObject({ parts: { opencode: true }, forges: { other: false } });
});

test("a database that is closed is told alone", async () => {
  await using parts = await probe();
  parts.database[Symbol.dispose]();
  expect(await parts.readiness()).toEqual({
    parts: {
      database: false,
      opencode: true,
      sandbox: true,
      forge: true,
    },
    forges: { gitea: true },
  });
});

test("however often it is asked, the forge is asked once in five seconds", async () => {
  await using parts = await probe();
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
  await Promise.all([parts.readiness(), parts.readiness()]);
  vi.setSystemTime(1_005_000);
  await parts.readiness();
  expect(parts.forge.requests).toHaveLength(1);
  await parts.forge.down();
  vi.setSystemTime(1_005_001);
  expect(await parts.readiness()).toMatchObject({ parts: { forge: false } });
  await parts.forge.up();
  vi.setSystemTime(1_011_000);
  expect(await parts.readiness()).toMatchObject({ parts: { forge: true } });
});

test("GitHub is asked once a minute, and is there while it limits the bot", async () => {
  await using server = await replay([
    { path: "/user", once: true, status: 429, headers: { "retry-after": "600" } },
    { path: "/user", once: true, status: 401 },
  ]);
  await using parts = await probe();
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
  const token = "ghp_0123456789";
  const setting = giteaSetting({ name: "github", kind: "github", url: server.url, token });
  parts.forges.splice(0, 1, { setting, forge: openForge(setting) });
  for (const ms of [0, 60_000, 60_001]) {
    vi.setSystemTime(1_000_000 + ms);
    expect(await parts.readiness()).toMatchObject({ forges: { github: true } });
  }
  expect(server.asked).toHaveLength(1);
  vi.setSystemTime(1_600_001);
  expect(await parts.readiness()).toMatchObject({ forges: { github: false } });
  expect(server.asked).toHaveLength(2);
});
