import { expect, test } from "vitest";
import { backoff } from "../../src/jobs/backoff.ts";

test("the wait doubles from one second to five minutes and stays there", () => {
  const waits = [1, 2, 3, 8, 9, 10, 100, 10_000].map((tries) => backoff(tries, 1));
  expect(waits).toEqual([1_000, 2_000, 4_000, 128_000, 256_000, 300_000, 300_000, 300_000]);
});

test("the jitter takes off half at most", () => {
  expect(backoff(3, 0)).toBe(2_000);
  expect(backoff(3, 0.5)).toBe(3_000);
});
