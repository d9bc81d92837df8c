import { mkdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { acknowledgement } from "../../src/jobs/acknowledge.ts";
import type { Handle } from "../../src/jobs/contract.ts";
import { stopOf } from "../../src/jobs/stop.ts";
import {
  CAPS,
  createQueue,
  existing,
  newDelivery,
  newJob,
  type Queue,
  THREAD,
} from "../jobs/queue.ts";
import { kugetsu, serve, temporaryHome } from "./program.ts";

const { ref } = newJob(1);
let home: string;
let queue: Queue;
beforeEach(() => {
  home = temporaryHome();
  mkdirSync(home, { mode: 0o700 });
  queue = createQueue(join(home, "kugetsu.db"), "server");
});

const stop = (...args: string[]) => kugetsu(home, ["stop", ...args]);

/** Accepts an order and admits it, as the bot does. */
async function ordered(number = 1): Promise<number> {
  const job = newJob(number);
  const acceptance = await queue.store.accept(newDelivery(job, { acknowledge: acknowledgement }));
  const id = acceptance.kind === "accepted" ? (acceptance.jobId ?? 0) : 0;
  await queue.store.settle(id, { kind: "queued", thread: THREAD });
  return id;
}

async function said(id: number): Promise<string | undefined> {
  const { commentId } = await existing(queue.store, id);
  return (await queue.outbox.find(`status:gitea:9:${commentId}:${id}`))?.body;
}

const untilStopped: Handle = async (_, { signal }) =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      resolve({ state: "stopped", words: `${stopOf(signal)?.by} said so.` });
    });
  });

test("ends the turn that runs in another process, waits for its end and leaves what waits", async () => {
  const worker = serve(queue, untilStopped);
  await queue.leases.acquire({ resource: "server", kind: "server", owner: queue.owner });
  const [running, other] = [await ordered(), await ordered(2)];
  await worker.start();
  await vi.waitFor(() => {
    expect(worker.running()).toEqual([running, other]);
  });
  await queue.store.pause({ endsTurns: false });
  const waiting = await ordered();
  expect(await stop(ref)).toEqual({
    exitCode: 0,
    stdout: `Stopped the running turn of ${ref}.`,
    stderr: [
      `kugetsu: Waiting for the end of the turn of ${ref}.`,
      "kugetsu: 1 order waits; --all takes back what waits.",
    ].join("\n"),
  });
  expect(await existing(queue.store, running)).toMatchObject({
    state: "stopped",
    words: "the operator said so.",
  });
  expect(worker.running()).toEqual([other]);
  expect(await existing(queue.store, waiting)).toMatchObject({ state: "queued" });
  const nothing = await stop(ref.replace("ann", "anne"));
  expect(nothing).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Nothing runs for/),
  });
  expect(nothing.stderr).toBe(`kugetsu: What runs: ${newJob(2).ref}.`);
});

test("takes back what waits as well, and says so in the issue", async () => {
  const worker = serve(queue, untilStopped);
  const running = await ordered();
  await worker.start();
  await vi.waitFor(() => {
    expect(worker.running()).toEqual([running]);
  });
  const waiting = [await ordered(), await ordered()];
  const { exitCode, stdout, stderr } = await stop(ref, "--all");
  expect([exitCode, stdout]).toEqual([
    0,
    `Stopped the running turn of ${ref} and took back 2 waiting orders.`,
  ]);
  expect(stderr).toContain("No server runs");
  for (const id of waiting) {
    expect(await said(id)).toBe("**Stopped.** The operator stopped it before an agent began.");
  }
  const told = await queue.outbox.find(
    `told:gitea:9:${(await existing(queue.store, waiting[0] ?? 0)).commentId}:${waiting[0]}`,
  );
  expect(told).toMatchObject({ body: "@ann it was stopped, see my comment above.", state: "due" });
});

test("says so when the turn came to its end by itself", async () => {
  const worker = serve(queue, async (_, { signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return { state: "done", words: "Just done." };
  });
  const id = await ordered();
  await worker.start();
  await vi.waitFor(() => {
    expect(worker.running()).toEqual([id]);
  });
  expect(await stop(ref)).toMatchObject({
    exitCode: 0,
    stdout: `The turn of ${ref} was over before it could be stopped.`,
  });
});

test("prints numbers as JSON", async () => {
  await ordered();
  const waits = await stop(ref, "--json");
  expect(JSON.parse(waits.stdout)).toEqual({ ref, running: 0, waiting: 0 });
  const all = await stop(ref, "--all", "--json");
  expect(JSON.parse(all.stdout)).toEqual({ ref, running: 0, waiting: 1 });
});

test("of a turn whose process is dead it says that the next server reports it", async () => {
  const id = await ordered();
  const gone = { ...queue.owner, pid: 2 ** 22 + 1, marker: "gone" };
  await queue.store.claim({ owner: gone, caps: CAPS });
  const { exitCode, stdout } = await stop(ref);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("is no longer running");
  expect(await existing(queue.store, id)).toMatchObject({ state: "running" });
  await serve(queue, untilStopped).start();
  expect(await existing(queue.store, id)).toMatchObject({ state: "stopped" });
  expect(await said(id)).toContain("The operator stopped it");
});

test.each([
  ["no ref", [], "`stop` needs an issue ref."],
  ["no issue", ["github.com/shoko/kugetsu"], "the `#` before the issue number is missing"],
  ["two refs", [ref, ref], "one argument too many"],
])("ends with 2 and its usage for %s", async (_, args, words) => {
  const { exitCode, stdout, stderr } = await stop(...args);
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^Usage: kugetsu stop REF/);
  expect(stderr).toContain(words);
});

test.each([
  ["stop", [ref]],
  ["pause", []],
  ["resume", []],
])("%s makes no home", async (verb, args) => {
  const nowhere = temporaryHome();
  const { exitCode, stdout, stderr } = await kugetsu(nowhere, [verb, ...args]);
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(`There is no kugetsu in ${nowhere} yet.`);
  await expect(stat(nowhere)).rejects.toThrow("ENOENT");
});
