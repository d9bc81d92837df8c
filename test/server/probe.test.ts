import { afterEach, expect, test, vi } from "vitest";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import { createGitea } from "../../src/forge/gitea.ts";
import { createReadiness } from "../../src/server/probe.ts";
import { temporaryDatabase } from "../kugetsu/db/open.ts";

afterEach(() => {
  vi.useRealTimers();
});

async function probe(opencode = true, kind: "bubblewrap" | "off" = "bubblewrap") {
  await using setup = new AsyncDisposableStack();
  const forge = setup.use(await startSandboxForge());
  const database = temporaryDatabase();
  const readiness = createReadiness({
    database,
    forge: createGitea({ url: forge.url, token: forge.addUser("kugetsu-bot").token }),
    opencode: async () => opencode,
    sandbox: { kind, works: async () => true },
  });
  const stack = setup.move();
  return { forge, database, readiness, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("every part that can be used is said to be", async () => {
  await using parts = await probe();
  expect(await parts.readiness()).toEqual({
    database: true,
    opencode: true,
    sandbox: true,
    forge: true,
  });
});

test("a missing opencode is told alone", async () => {
  await using parts = await probe(false);
  expect(await parts.readiness()).toEqual({
    database: true,
    opencode: false,
    sandbox: true,
    forge: true,
  });
});

test("a forge that is down is told alone", async () => {
  await using parts = await probe();
  await parts.forge.down();
  expect(await parts.readiness()).toEqual({
    database: true,
    opencode: true,
    sandbox: true,
    forge: false,
  });
});

test("a database that is closed is told alone", async () => {
  await using parts = await probe();
  parts.database[Symbol.dispose]();
  expect(await parts.readiness()).toEqual({
    database: false,
    opencode: true,
    sandbox: true,
    forge: true,
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
  expect(await parts.readiness()).toMatchObject({ forge: false });
  await parts.forge.up();
  vi.setSystemTime(1_011_000);
  expect(await parts.readiness()).toMatchObject({ forge: true });
});
