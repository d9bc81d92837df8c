import { hostname } from "node:os";
import { expect, test } from "vitest";
import { createLeaseStore, type Lease } from "../../../src/kugetsu/db/leases.ts";
import { currentOwner } from "../../../src/kugetsu/db/owner.ts";
import { hold, type LeaseDesk } from "../../../src/kugetsu/session/admin-lease.ts";
import { temporaryDatabase } from "../db/open.ts";

const REF = "git.example.com/ann/calc#14";
const DEAD = { host: hostname(), pid: 4_194_304_0, processStartedAt: "0/1", marker: "dead" };

function openLeases(): LeaseDesk & { readonly ended: Lease[] } {
  const ended: Lease[] = [];
  return {
    ended,
    leases: createLeaseStore(temporaryDatabase()),
    owner: currentOwner("me"),
    endLeftovers: async (dead) => {
      ended.push(...dead);
    },
  };
}

test("holds a session that nobody works on, counted by no cap, until disposed of", async () => {
  const desk = openLeases();
  {
    await using _ = await hold(desk, REF);
    expect(await desk.leases.live()).toMatchObject([{ resource: REF, kind: "admin" }]);
    await expect(hold(desk, REF)).rejects.toMatchObject({
      code: "conflict",
      message: `Another kugetsu command is removing ${REF}.`,
    });
  }
  expect(await desk.leases.live()).toEqual([]);
});

test("refuses while a turn runs, and says how to end it", async () => {
  const desk = openLeases();
  await desk.leases.acquire({ resource: REF, kind: "dev", owner: currentOwner("a turn") });
  await expect(hold(desk, REF)).rejects.toMatchObject({
    code: "conflict",
    message: `A turn of ${REF} is running.`,
    hint: `\`kugetsu stop ${REF}\` ends it.`,
  });
});

test("takes over from a dead process, after what that left running has ended", async () => {
  const desk = openLeases();
  await desk.leases.acquire({ resource: REF, kind: "dev", owner: DEAD });
  await desk.leases.acquire({ resource: "other", kind: "dev", owner: DEAD });
  await using _ = await hold(desk, REF);
  expect(desk.ended.map(({ resource }) => resource)).toEqual([REF]);
  expect((await desk.leases.live()).map(({ resource, kind }) => [resource, kind])).toEqual([
    ["other", "dev"],
    [REF, "admin"],
  ]);
});
