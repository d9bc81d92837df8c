import { expect, test } from "vitest";
import { printable, printableJson } from "../../src/cli/printable.ts";

const HOSTILE = "a\u001b]0;x\u0007\u009b31m\r\n\u202eb\u{e0041}c\u2028d";

test("nothing but text reaches a terminal, in one line", () => {
  expect(printable(HOSTILE)).toBe(
    "a\u{fffd}]0;x\u{fffd}\u{fffd}31m\u{fffd}\u{fffd}\u{fffd}b\u{fffd}c\u{fffd}d",
  );
  expect(printable("fix/straße-漢字-é")).toBe("fix/straße-漢字-é");
});

test("JSON stays the same value", () => {
  const text = printableJson({ text: HOSTILE });
  expect(printable(text)).toBe(text);
  expect(JSON.parse(text)).toEqual({ text: HOSTILE });
});
