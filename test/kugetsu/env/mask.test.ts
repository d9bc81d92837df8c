import { expect, test } from "vitest";
import { maskValue } from "../../../src/kugetsu/env/mask.ts";

test.each([
  ["", "****"],
  ["short", "****"],
  ["123456789012345", "****"],
  ["1234567890123456", "****3456"],
  ["1234567890123456\u001b[2J", "****?[2J"],
])("%j is shown as %j", (value, shown) => {
  expect(maskValue(value)).toBe(shown);
});
