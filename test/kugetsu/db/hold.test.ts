import { expect, test } from "vitest";
import { createHold } from "../../../src/kugetsu/db/hold.ts";
import { createLeaseStore, type Lease } from "../../../src/kugetsu/db/leases.ts";
import { currentOwner } from "../../../src/kugetsu/db/owner.ts";
import { temporaryDatabase } from "./open.ts";

function openLeases() {
  const leases = createLeaseStore(temporaryDatabase());
  const ended: Lease[] = [];
  const hold = createHold(leases, currentOwner("me"), async (dead) => {
    ended.push(...dead);
  });
  return { leases, ended, hold };
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
