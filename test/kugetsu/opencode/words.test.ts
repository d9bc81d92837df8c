import { expect, test } from "vitest";
import { cleanWords, cutBytes, oneLine, spanWords } from "../../../src/kugetsu/opencode/words.ts";

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
