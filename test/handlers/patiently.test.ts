import { expect, test } from "vitest";
import { patiently } from "../../src/handlers/patiently.ts";
import { KugetsuError } from "../../src/kugetsu/errors.ts";
import { keptLog } from "../jobs/queue.ts";
import { storedJob } from "../jobs/stored.ts";

const away = new KugetsuError("unavailable", "The forge could not be reached.");

function work(signal = new AbortController().signal) {
  return { signal, log: keptLog(), job: storedJob({ id: 1 }) };
}

test("what works is done once", async () => {
  let calls = 0;
  expect(await patiently(work(), "push", async () => ++calls)).toBe(1);
});

test("what is not available is done again, and the log says so", async () => {
  const { log, ...rest } = work();
  let calls = 0;
  const done = await patiently({ ...rest, log }, "push", async () => {
    calls += 1;
    if (calls === 1) throw away;
    return "pushed";
  });
  expect(done).toBe("pushed");
  expect(log.lines).toMatchObject([{ level: "warn", fields: { job: 1, err: away } }]);
});

test.each([
  new KugetsuError("forbidden", "No."),
  new KugetsuError("failed", "Never."),
  new Error("A defect."),
])("what fails for good is not done again: %s", async (error) => {
  let calls = 0;
  const act = async () => {
    calls += 1;
    throw error;
  };
  await expect(patiently(work(), "push", act)).rejects.toBe(error);
  expect(calls).toBe(1);
});

test("who wants to be left alone for long is not waited for in a slot", async () => {
  const limit = new KugetsuError("unavailable", "Later.", { retryAfterMs: 30 * 60_000 });
  let calls = 0;
  const act = async () => {
    calls += 1;
    throw limit;
  };
  await expect(patiently(work(), "push", act)).rejects.toBe(limit);
  const waits = patiently(work(), "push", act, true);
  await expect(waits).rejects.toMatchObject({ name: "Later", waitMs: 30 * 60_000, cause: limit });
  const job = storedJob({ id: 1, notes: { waits: 24 } });
  await expect(patiently({ ...work(), job }, "push", act, true)).rejects.toBe(limit);
  expect(calls).toBe(3);
});

test("a stop ends the waiting at once", async () => {
  const stop = new AbortController();
  const begun = performance.now();
  let calls = 0;
  const act = async () => {
    calls += 1;
    if (calls === 1) setImmediate(() => stop.abort());
    throw new KugetsuError("unavailable", "Later.", { retryAfterMs: 60_000 });
  };
  await expect(patiently(work(stop.signal), "push", act)).rejects.toMatchObject({
    code: "unavailable",
  });
  expect(performance.now() - begun).toBeLessThan(10_000);
});
