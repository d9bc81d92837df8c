import { expect, it } from "vitest";
import { withoutInvisible } from "../../src/markdown/invisible.ts";

it.each([
  ["zero width space", "a\u200Bb", "ab"],
  ["word joiner and soft hyphen", "a\u2060\u00ADb", "ab"],
  ["bidi controls", "a\u202Eb\u2066c", "abc"],
  ["tags", "a\u{E0041}\u{E007F}b", "ab"],
  ["variation selectors that carry bytes", "a\uFE01\u{E0101}b", "ab"],
  ["a byte order mark", "\uFEFFa", "a"],
  ["Hangul fillers", "a\u3164\uFFA0b", "ab"],
  ["controls and escapes", "a\u0000\u001B[1mb\u0085\u009Bc", "a[1mbc"],
  ["CRLF and lone CR", "a\r\nb\rc", "a\nb\nc"],
  ["line separators", "a\u2028b\u2029c", "a\nb\nc"],
  ["a lone surrogate", "a\uD800b", "a\uFFFDb"],
])("%s", (_, text, expected) => {
  expect(withoutInvisible(text)).toBe(expected);
});

it.each([
  ["tab and line feed", "a\tb\nc"],
  ["an emoji's presentation", "❤️ 1️⃣"],
  ["a joined emoji", "👩‍💻 👩🏽‍🚀"],
  ["a joiner that Persian needs", "می‌خواهم"],
  ["accents and other scripts", "é ü 漢字 हिन्दी"],
])("%s stays", (_, text) => {
  expect(withoutInvisible(text)).toBe(text);
});

it("takes out a joiner that joins nothing", () => {
  expect(withoutInvisible("a\u200Db\u200Cc")).toBe("abc");
});

it("changes nothing the second time", () => {
  const text = "👩\u200B\u200D💻 م\u200C\u200Cی \u200D\uFE0F1\uFE0F\u20E3\r\n\r";
  const once = withoutInvisible(text);
  expect(withoutInvisible(once)).toBe(once);
});
