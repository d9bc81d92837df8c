import { expect, it } from "vitest";
import { plain } from "../../src/reply/plain.ts";

it.each([
  ["Crash on empty input", "Crash on empty input"],
  ["  two\nlines\t here ", "two lines here"],
  ["`foo()` **breaks** with [a link](https://x.org)", "foo() breaks with a link"],
  ["![shot](https://x.org/a.png) after", "shot after"],
  ["## Title", "Title"],
  ["fixes #12, see o/r#3, !4 and GH-5", "fixes 12, see o/r 3, 4 and GH 5"],
  ["ask @walter or a@b.org", "ask walter or a at b.org"],
  ["https://x.org/o/r/issues/12", "x.org/o/r/issues/12"],
  ["/kugetsu fix", "kugetsu fix"],
  ["\u001B[31mred\u001B[0m \u202Etext\u200B", "red text"],
  ["a <!-- hidden --> b <!-- never closed", "a b"],
  ["Array<string> in C# and __init__, 2**3", "Array<string> in C# and __init__, 2**3"],
  ["", ""],
])("%j becomes %j", (text, expected) => {
  expect(plain(text, 100)).toBe(expected);
});

it("is cut at its length", () => {
  expect(plain("word ".repeat(100), 20)).toBe("word word word word…");
  expect(plain("x".repeat(1_000_000), 20)).toHaveLength(20);
});
