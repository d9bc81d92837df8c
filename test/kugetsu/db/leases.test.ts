import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { createLeaseStore } from "../../../src/kugetsu/db/leases.ts";
import { currentOwner } from "../../../src/kugetsu/db/owner.ts";
import { temporaryDatabase, temporaryFile } from "./open.ts";

const HOLDER = fileURLToPath(new URL("holder.ts", import.meta.url));
const owner = currentOwner("me");

async function startHolder(
  file: string,
  resource: string,
): Promise<{ child: ChildProcess; isMine: boolean }> {
  const child = fork(HOLDER, [file, resource]);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const [isMine] = (await once(child, "message")) as [boolean];
  return { child, isMine };
}

test("a resource has one lease, and only its marker releases it", async () => {
  const leases = createLeaseStore(temporaryDatabase(), () => 7);
  expect(await leases.acquire({ resource: "r", kind: "dev", owner })).toBe(true);
  expect(await leases.acquire({ resource: "r", kind: "dev", owner })).toBe(false);
  expect(await leases.release("r", "somebody else")).toBe(false);
  expect(await leases.live("dev")).toEqual([
    { resource: "r", kind: "dev", ...owner, acquiredAt: 7, renewedAt: 7 },
  ]);
  expect(await leases.live("pm")).toEqual([]);
  expect(await leases.release("r", "me")).toBe(true);
  expect(await leases.acquire({ resource: "r", kind: "dev", owner })).toBe(true);
});

test("a lease of a process that was killed can be taken back, one of a living process cannot", async () => {
  const file = temporaryFile();
  const leases = createLeaseStore(temporaryDatabase(file));
  const { child, isMine } = await startHolder(file, "server");
  expect(isMine).toBe(true);
  expect(await leases.reconcile()).toEqual([]);
  expect(await leases.acquire({ resource: "server", kind: "server", owner })).toBe(false);

  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  expect(await leases.dead()).toMatchObject([
    { resource: "server", pid: child.pid, marker: "holder" },
  ]);
  expect(await leases.acquire({ resource: "server", kind: "server", owner })).toBe(false);
  expect(await leases.reconcile()).toMatchObject([{ resource: "server" }]);
  expect(await leases.acquire({ resource: "server", kind: "server", owner })).toBe(true);
});

test("two processes that want the same resource: one gets it", async () => {
  const file = temporaryFile();
  temporaryDatabase(file);
  const holders = await Promise.all([startHolder(file, "r"), startHolder(file, "r")]);
  expect(holders.filter(({ isMine }) => isMine)).toHaveLength(1);
});

test("a process number that is in use again does not keep a dead process' lease alive", async () => {
  const leases = createLeaseStore(temporaryDatabase());
  const [boot = ""] = owner.processStartedAt?.split("/") ?? [];
  await leases.acquire({
    resource: "r",
    kind: "dev",
    owner: { ...owner, processStartedAt: `${boot}/1` },
  });
  expect(await leases.reconcile()).toHaveLength(process.platform === "linux" ? 1 : 0);
});

test("a lease from before the machine's last boot is dead, whatever its host is called", async () => {
  const leases = createLeaseStore(temporaryDatabase());
  const old = {
    ...owner,
    host: "elsewhere",
    processStartedAt: "00000000-0000-0000-0000-000000000000/5",
  };
  await leases.acquire({ resource: "r", kind: "dev", owner: old });
  expect(await leases.reconcile()).toHaveLength(process.platform === "linux" ? 1 : 0);
});

test("a lease of another container is dead only after a minute without renewal", async () => {
  let now = 0;
  const leases = createLeaseStore(temporaryDatabase(), () => now);
  const stranger = { ...owner, host: "another-container", marker: "stranger" };
  await leases.acquire({ resource: "r", kind: "dev", owner: stranger });
  now = 50_000;
  await leases.renew("stranger");
  now = 110_000;
  expect(await leases.reconcile()).toEqual([]);
  now = 110_001;
  expect(await leases.reconcile()).toMatchObject([{ resource: "r", marker: "stranger" }]);
});

test("only the named leases are reconciled, and only when they are dead", async () => {
  const leases = createLeaseStore(temporaryDatabase());
  await leases.acquire({ resource: "alive", kind: "dev", owner });
  const gone = { ...owner, pid: 2 ** 22 + 1, marker: "gone" };
  await leases.acquire({ resource: "a", kind: "dev", owner: gone });
  await leases.acquire({ resource: "b", kind: "dev", owner: gone });
  const all = await leases.live();
  expect(await leases.reconcile(all.filter(({ resource }) => resource !== "b"))).toMatchObject([
    { resource: "a" },
  ]);
  expect((await leases.live()).map(({ resource }) => resource)).toEqual(["alive", "b"]);
});
