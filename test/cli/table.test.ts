import { expect, test } from "vitest";
import { shortDuration } from "../../src/cli/ago.ts";
import { table } from "../../src/cli/table.ts";

test("columns are as wide as what stands in them, and nothing is cut", () => {
  expect(
    table(
      ["REF", "STATE"],
      [
        ["a-long-ref", "idle"],
        ["b", "running\u001b[2J"],
      ],
    ),
  ).toBe(
    [
      "REF         STATE",
      "───────────────────────",
      "a-long-ref  idle",
      "b           running\u{fffd}[2J",
      "",
    ].join("\n"),
  );
});

test("a time is told in its largest unit", () => {
  expect(
    [-5, 999, 59_999, 60_000, 3_599_999, 7_200_000, 86_400_000 * 400].map(shortDuration),
  ).toEqual(["0s", "0s", "59s", "1m", "59m", "2h", "400d"]);
});
