import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Check, ok } from "../../src/doctor/check.ts";
import { runChecks } from "../../src/doctor/run-checks.ts";
import { openSubject } from "../../src/doctor/subject.ts";
import { KugetsuError } from "../../src/kugetsu/errors.ts";
import { createMask } from "../../src/secrets.ts";

const run = async (...checks: readonly Check[]) => {
  using subject = await openSubject({ HOME: "/nonexistent" });
  return await runChecks(checks, subject, async () => createMask(() => ["correct horse battery"]));
};

test("results keep the order of the checks, whichever ends first", async () => {
  const slow: Check = { name: "slow", look: async () => delay(50, ok("1")) };
  const quick: Check = { name: "quick", look: async () => [ok("2"), ok("3", "go on")] };
  const none: Check = { name: "none", look: async () => [] };
  expect(await run(slow, none, quick)).toEqual({
    hangs: false,
    results: [
      { name: "slow", status: "ok", detail: "1", advice: null },
      { name: "quick", status: "ok", detail: "2", advice: null },
      { name: "quick", status: "ok", detail: "3", advice: "go on" },
    ],
  });
});

test("a check that hangs is a problem, and what it started is told to end", async () => {
  let told: AbortSignal | undefined;
  const hanging: Check = {
    name: "hanging",
    timeoutMs: 20,
    look: async (_, signal) => {
      told = signal;
      return new Promise(() => undefined);
    },
  };
  const { results, hangs } = await run(hanging);
  expect(hangs).toBe(true);
  expect(results).toMatchObject([{ name: "hanging", status: "problem" }]);
  expect(told?.aborted).toBe(true);
});

test("a check that throws is a problem, and nothing of an unknown error is shown", async () => {
  const known: Check = {
    name: "known",
    look: async () => {
      throw new KugetsuError("failed", "It is broken.", { hint: "Mend it." });
    },
  };
  const unknown: Check = {
    name: "unknown",
    look: () => {
      throw Object.assign(new Error("/secret/place"), { code: "EIO" });
    },
  };
  const { results } = await run(known, unknown);
  expect(results).toEqual([
    { name: "known", status: "problem", detail: "It is broken.", advice: "Mend it." },
    { name: "unknown", status: "problem", detail: "It could not be told (EIO).", advice: null },
  ]);
});

test("what is found is one line without secrets, and steers no terminal", async () => {
  const hostile: Check = {
    name: "hostile",
    look: async () => ok("a\n\u001B[2Jb \u202Ecorrect horse battery", "x".repeat(9000)),
  };
  const { results } = await run(hostile);
  expect(results[0]?.detail).toBe("a [2Jb ***");
  expect(results[0]?.advice?.length).toBeLessThan(1_300);
});
