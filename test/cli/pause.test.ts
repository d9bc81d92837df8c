import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import type { Handle } from "../../src/jobs/contract.ts";
import { isInterrupted } from "../../src/jobs/stop.ts";
import { createQueue, existing, newJob, type Queue, queued } from "../jobs/queue.ts";
import { kugetsu, serve, temporaryHome } from "./program.ts";

let home: string;
let queue: Queue;
beforeEach(() => {
  home = temporaryHome();
  mkdirSync(home, { mode: 0o700 });
  queue = createQueue(join(home, "kugetsu.db"), "server");
});

const untilInterrupted: Handle = async (_, { signal }) =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      resolve(isInterrupted(signal) ? { state: "interrupted" } : { state: "failed", words: "" });
    });
  });

test("no turn begins from its return on, and what waits begins after resume", async () => {
  const worker = serve(queue, async () => ({ state: "done", words: "" }));
  await queue.leases.acquire({ resource: "server", kind: "server", owner: queue.owner });
  await worker.start();
  const paused = await kugetsu(home, ["pause"]);
  expect(paused).toEqual({
    exitCode: 0,
    stdout: "Paused. No turn begins until `kugetsu resume`.",
    stderr: "",
  });
  const id = await queued(queue.store, newJob(1));
  const help = await queued(queue.store, newJob(1, { lane: "quick", verb: "help" }));
  worker.wake();
  expect(await worker.finished(help)).toMatchObject({ state: "done" });
  expect(await existing(queue.store, id)).toMatchObject({ state: "queued", attempts: 0 });

  const since = new Date((await queue.store.paused())?.pausedAt ?? 0).toISOString();
  expect(await kugetsu(home, ["pause"])).toMatchObject({
    exitCode: 0,
    stdout: `Paused already, since ${since}. No turn begins until \`kugetsu resume\`.`,
  });
  expect(await kugetsu(home, ["resume"])).toEqual({
    exitCode: 0,
    stdout: `Resumed; it was paused since ${since}. 1 order waits.`,
    stderr: "",
  });
  expect(await worker.finished(id)).toMatchObject({ state: "done" });
  expect(await kugetsu(home, ["resume"])).toEqual({
    exitCode: 0,
    stdout: "It was not paused. 0 orders wait.",
    stderr: "",
  });
});

test("turns that run go on; with --stop they are put back, and it waits for that", async () => {
  const worker = serve(queue, untilInterrupted);
  const ids = [await queued(queue.store, newJob(1)), await queued(queue.store, newJob(2))];
  await worker.start();
  await vi.waitFor(() => {
    expect(worker.running()).toEqual(ids);
  });
  const { stdout } = await kugetsu(home, ["pause"]);
  expect(stdout).toContain("2 running turns go on to the end");
  expect(worker.running()).toEqual(ids);
  const stopped = await kugetsu(home, ["pause", "--stop", "--json"]);
  expect(stopped.stderr).toContain("Waiting for the end of 2 turns.");
  expect(JSON.parse(stopped.stdout)).toEqual({
    since: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    already: true,
    running: 0,
    stopped: 2,
  });
  for (const id of ids) {
    expect(await existing(queue.store, id)).toMatchObject({ state: "queued" });
  }
  const resumed = await kugetsu(home, ["resume", "--json"]);
  expect(JSON.parse(resumed.stdout)).toMatchObject({ resumed: true, waiting: 2 });
  await vi.waitFor(
    () => {
      expect(worker.running()).toEqual(ids);
    },
    { timeout: 30_000 },
  );
});

test("without a server, resume says that what waits needs one", async () => {
  await queued(queue.store, newJob(1));
  await kugetsu(home, ["pause"]);
  const { exitCode, stderr } = await kugetsu(home, ["resume"]);
  expect([exitCode, stderr]).toEqual([
    0,
    "kugetsu: No server runs: what waits begins when one is started.",
  ]);
});
