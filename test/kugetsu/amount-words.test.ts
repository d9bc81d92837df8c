import { expect, test } from "vitest";
import { byteWords } from "../../src/kugetsu/amount-words.ts";

test.each([
  [2 * 1024 ** 3, "2 GB"],
  [1.25 * 1024 ** 3, "1.3 GB"],
  [200 * 1024 ** 2, "200 MB"],
  [64 * 1024, "64 kB"],
  [512, "0.5 kB"],
])("%d bytes are %s", (bytes, words) => {
  expect(byteWords(bytes)).toBe(words);
});
