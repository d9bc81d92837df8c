import { expect, onTestFinished, test, vi } from "vitest";
import { createHold } from "../../../src/kugetsu/db/hold.ts";
import { createLeaseStore, type Lease, RENEW_MS } from "../../../src/kugetsu/db/leases.ts";
import { currentOwner } from "../../../src/kugetsu/db/owner.ts";
import { temporaryDatabase } from "./open.ts";

function openLeases() {
  const leases = createLeaseStore(temporaryDatabase());
  const ended: Lease[] = [];
  const desk = {
    leases,
    owner: currentOwner("me"),
    endLeftovers: async (dead: readonly Lease[]) => {
      ended.push(...dead);
    },
  };
  return { leases, ended, desk, hold: createHold(desk) };
}

const dead = { ...currentOwner("dead"), pid: 999_999, processStartedAt: "another boot/1" };

test("who holds a session keeps everybody else out until it is let go", async () => {
  const { leases, hold } = openLeases();
  {
    const { held } = await hold("base", "admin");
    await using _held = held;
    expect(held).toBeDefined();
    expect(await hold("base", "export")).toMatchObject({ by: { kind: "admin", marker: "me" } });
    expect(await leases.acquire({ resource: "base", kind: "dev", owner: dead })).toBe(false);
  }
  expect(await leases.live()).toEqual([]);
});

test("what a dead process held is taken over, once what it left running is ended", async () => {
  const { leases, ended, hold } = openLeases();
  await leases.acquire({ resource: "base", kind: "admin", owner: dead });
  await leases.acquire({ resource: "other", kind: "admin", owner: dead });
  const { held } = await hold("base", "admin");
  await using _held = held;
  expect(held).toBeDefined();
  expect(ended.map(({ resource }) => resource)).toEqual(["base"]);
});

test("the turn of a dead process is left to the queue", async () => {
  const { leases, ended, hold } = openLeases();
  await leases.acquire({ resource: "r", kind: "dev", owner: dead });
  expect(await hold("r", "admin")).toMatchObject({ by: { kind: "dev" } });
  expect(ended).toEqual([]);
});

test("a lease that cannot be renewed for now ends nothing", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const unhandled = vi.fn<(reason: unknown) => void>();
  process.on("unhandledRejection", unhandled);
  onTestFinished(() => {
    vi.useRealTimers();
    process.off("unhandledRejection", unhandled);
  });
  const { desk } = openLeases();
  let renewals = 0;
  const renew = () => {
    renewals += 1;
    return Promise.reject(new Error("database is locked"));
  };
  const hold = createHold({ ...desk, leases: { ...desk.leases, renew } });
  const { held } = await hold("base", "admin");
  vi.advanceTimersByTime(RENEW_MS);
  await new Promise((resolve) => setImmediate(resolve));
  expect(renewals).toBe(1);
  expect(unhandled).not.toHaveBeenCalled();
  await held?.[Symbol.asyncDispose]();
  expect(await desk.leases.live()).toEqual([]);
});
