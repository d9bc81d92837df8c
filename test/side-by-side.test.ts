import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { sideBySide } from "../src/side-by-side.ts";

test("as many as told are at work at once, and the answers keep the order", async () => {
  let atWork = 0;
  let most = 0;
  const answers = await sideBySide([3, 1, 2, 0, 4], 2, async (item) => {
    most = Math.max(most, ++atWork);
    await delay(item);
    atWork--;
    return item * 10;
  });
  expect(answers).toEqual([30, 10, 20, 0, 40]);
  expect(most).toBe(2);
});

test("after an error nothing more is begun", async () => {
  const begun: number[] = [];
  const failing = sideBySide([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    await delay(0);
    throw new Error(`No ${item}.`);
  });
  await expect(failing).rejects.toThrow("No 1.");
  await delay(5);
  expect(begun).toEqual([1, 2]);
});
