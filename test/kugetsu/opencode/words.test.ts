import { expect, test } from "vitest";
import {
  byteWords,
  cleanWords,
  cutBytes,
  oneLine,
  spanWords,
} from "../../../src/kugetsu/opencode/words.ts";

test("a line has no control characters and no doubled blanks", () => {
  expect(oneLine(" a\u001b[31m\tb\r\n\u0000c ", 20)).toBe("a b c");
});

test("a cut goes through no character", () => {
  expect(oneLine("ab😀cd", 4)).toBe("ab…");
  expect(cutBytes("ab😀", 5)).toBe("ab");
  expect(cutBytes("ab😀", 6)).toBe("ab😀");
});

test("the longer of two secrets is hidden whole", () => {
  expect(cleanWords("key secret-long here", ["secret", "secret-long"])).toBe("key **** here");
});

test("what is too short to be a secret hides nothing", () => {
  expect(cleanWords("a short word", ["a", "short"])).toBe("a short word");
});

test.each([
  [400, "1 second"],
  [45_000, "45 seconds"],
  [60_000, "1 minute"],
  [1_800_000, "30 minutes"],
])("%d ms is %s", (ms, words) => {
  expect(spanWords(ms)).toBe(words);
});

test.each([
  [200_000_000, "200 MB"],
  [1_500_000, "1.5 MB"],
  [12_000_000_000, "12 GB"],
  [64_000, "64 kB"],
  [500, "0.5 kB"],
])("%i bytes for people", (bytes, words) => {
  expect(byteWords(bytes)).toBe(words);
});
