import { expect, test } from "vitest";
import { passed } from "../../../src/kugetsu/opencode/turn.ts";

const limits = { wallMs: 1, silenceMs: 1, tokens: 100, requests: 3, outputBytes: 1000 };
const figures = { tokens: { input: 50, output: 30, cached: 20 }, cost: 0 };
const count = { figures, requests: 3, bytes: 1000 };

test("a limit that is just reached is not passed", () => {
  expect(passed(limits, count)).toBeUndefined();
});

test("each limit is passed by one more", () => {
  const tokens = { ...figures.tokens, cached: 21 };
  expect(passed(limits, { ...count, figures: { tokens, cost: 0 } })).toBe("tokens");
  expect(passed(limits, { ...count, requests: 4 })).toBe("requests");
  expect(passed(limits, { ...count, bytes: 1001 })).toBe("output");
});

test("what is not limited may be anything", () => {
  const much = { figures, requests: 1e9, bytes: 1e12 };
  expect(passed({ wallMs: 1, silenceMs: 1 }, much)).toBeUndefined();
});
