import { readFile, stat } from "node:fs/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import type { Order } from "../../src/orders/order.ts";
import { openPmDesk, type PmDeskOptions } from "../../src/pm/desk.ts";
import { createSessionStore } from "../../src/kugetsu/db/sessions.ts";
import { CAPS, createQueue, keptLog, newJob, queued } from "../jobs/queue.ts";
import { storedJob } from "../jobs/stored.ts";

const OWN = "localhost:3000/ann/app#1";

async function open(change: Partial<PmDeskOptions> = {}) {
  const directory = mkdtempSync(join(tmpdir(), "kugetsu-pm-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const queue = createQueue();
  const { store } = queue;
  const sessions = createSessionStore(queue.db);
  const placed: Order[] = [];
  const desk = await openPmDesk({
    directory,
    job: storedJob({ id: 900, ref: OWN, lane: "pm", actor: { id: 4, login: "olivia" } }),
    store,
    logs: directory,
    sessions: () => sessions.list(),
    turnsLeft: async () => 1,
    place: async (order) => {
      placed.push(order);
      return { job: await queued(store, newJob(2)), ref: order.ref ?? "" };
    },
    log: keptLog(),
    ...change,
  });
  onTestFinished(() => desk[Symbol.asyncDispose]());
  /** As the agent calls it. */
  const call = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await execa(join(directory, "kugetsu"), args, {
      reject: false,
      stdin: "ignore",
    });
    return { exitCode, stdout, stderr };
  };
  return { call, desk, directory, queue, placed, sessions };
}

test("an order of the agent's is one of whoever asked for its turn, and its end is told", async () => {
  const { call, placed, queue } = await open();
  const called = call("start", "localhost:3000/ann/app#2", "mend it");
  await expect.poll(() => placed).toHaveLength(1);
  expect(placed[0]).toMatchObject({
    verb: "start",
    ref: "localhost:3000/ann/app#2",
    message: "mend it",
    parent: 900,
    by: { id: 4, login: "olivia" },
  });
  const job = await queue.store.claim({ owner: queue.owner, caps: CAPS });
  await queue.store.finish(job?.id ?? 0, queue.owner.marker, { state: "failed", words: "No." }, []);
  expect(await called).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("It failed. No."),
  });
});

test("with --detach it returns at once; logs, status and list tell more", async () => {
  const { call, sessions, placed } = await open();
  await sessions.put({ ref: OWN, kind: "forked", branch: "fix/issue-1" });
  await sessions.put({ ref: "localhost:3000/ann/other#1", kind: "forked", branch: "x" });
  expect(await call("continue", OWN, "--detach")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^job \d+$/),
  });
  expect(placed).toMatchObject([{ verb: "continue", message: "" }]);
  expect((await call("list")).stdout).toBe(`${OWN}  idle  fix/issue-1`);
  expect((await call("status")).stdout).toContain("queued");
  expect((await call("logs", "localhost:3000/ann/app#2")).stdout).toContain("queued");
});

test.for([
  [["env", "list"], 2, "cannot do"],
  [["destroy", OWN, "-y"], 2, "cannot do"],
  [["start", OWN], 2, "needs a message"],
  [["start", "localhost:3000/ann/other#1", "x"], 1, "one repository alone"],
  [["logs", "localhost:3000/ann/other#1"], 1, "one repository alone"],
  [["start", "../../etc#1", "x"], 1, "Not an issue ref"],
  [["constructor"], 2, "cannot do"],
] as const)("the agent cannot %s", async ([args, exitCode, words]) => {
  const { call, placed } = await open();
  const answer = await call(...args);
  expect(answer).toMatchObject({ exitCode, stderr: expect.stringContaining(words) });
  expect(placed).toEqual([]);
});

test("who has no turn left for today has none through the agent either", async () => {
  const { call, placed } = await open({ turnsLeft: async () => 0 });
  expect(await call("start", OWN, "x")).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("no turn left"),
  });
  expect(placed).toEqual([]);
});

test("the operator's own order is for every repository", async () => {
  const { call, placed } = await open({ job: storedJob({ id: 900, ref: "pm-agent", lane: "pm" }) });
  expect(await call("start", "other.example/x/y#1", "x", "--detach")).toMatchObject({
    exitCode: 0,
  });
  expect(placed).toHaveLength(1);
});

test("it is over with the turn, and nobody else could ever reach it", async () => {
  const { call, desk, directory } = await open();
  expect((await stat(join(directory, "kugetsu.sock"))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(directory, "kugetsu"), "utf8")).toMatch(/^#!\/bin\/sh\n/);
  await desk[Symbol.asyncDispose]();
  expect(await call("list")).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("only while a turn"),
  });
});

test("calls with wrong arguments do not use up those that may be open", async () => {
  const { call } = await open();
  const many = Array.from({ length: 21 }, () => "x");
  const refused = await Promise.all(many.map(() => call("list", ...many)));
  for (const { exitCode, stderr } of refused)
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("no arguments"),
    });
  expect(await call("list")).toMatchObject({ exitCode: 0 });
});
