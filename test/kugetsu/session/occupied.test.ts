import { hostname } from "node:os";
import { expect, test } from "vitest";
import { createLeaseStore, type Lease } from "../../../src/kugetsu/db/leases.ts";
import { currentOwner } from "../../../src/kugetsu/db/owner.ts";
import type { LeaseDesk } from "../../../src/kugetsu/db/hold.ts";
import { occupyToRemove } from "../../../src/kugetsu/session/occupied.ts";
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

test("who removes a session holds it, counted by no cap, until disposed of", async () => {
  const desk = openLeases();
  {
    await using _ = await occupyToRemove(desk, REF);
    expect(await desk.leases.live()).toMatchObject([{ resource: REF, kind: "admin" }]);
    await expect(occupyToRemove(desk, REF)).rejects.toMatchObject({
      code: "conflict",
      message: `${REF} is in use by another kugetsu.`,
    });
  }
  expect(await desk.leases.live()).toEqual([]);
});

test("refuses while a turn runs, and says how to end it", async () => {
  const desk = openLeases();
  await desk.leases.acquire({ resource: REF, kind: "dev", owner: currentOwner("a turn") });
  await expect(occupyToRemove(desk, REF)).rejects.toMatchObject({
    code: "conflict",
    message: `A turn of ${REF} runs.`,
    hint: `\`kugetsu logs ${REF}\` shows it, \`kugetsu stop ${REF}\` ends it.`,
  });
});

test("does not call a person's visit or the reading of a conversation a turn, and says whose it is", async () => {
  const desk = openLeases();
  const owner = currentOwner("another");
  await desk.leases.acquire({ resource: REF, kind: "admin", owner });
  await desk.leases.acquire({ resource: "base", kind: "export", owner });
  const hint = expect.stringContaining(`process ${process.pid} on ${hostname()}`) as string;
  await expect(occupyToRemove(desk, REF)).rejects.toMatchObject({
    code: "conflict",
    message: `${REF} is in use by another kugetsu.`,
    hint,
  });
  await expect(occupyToRemove(desk, "base")).rejects.toMatchObject({
    code: "conflict",
    message: "The base session is in use by another kugetsu.",
    hint,
  });
});

test("takes over from a dead process, after what that left running has ended", async () => {
  const desk = openLeases();
  await desk.leases.acquire({ resource: REF, kind: "dev", owner: DEAD });
  await desk.leases.acquire({ resource: "other", kind: "dev", owner: DEAD });
  await using _ = await occupyToRemove(desk, REF);
  expect(desk.ended.map(({ resource }) => resource)).toEqual([REF]);
  expect((await desk.leases.live()).map(({ resource, kind }) => [resource, kind])).toEqual([
    ["other", "dev"],
    [REF, "admin"],
  ]);
});
