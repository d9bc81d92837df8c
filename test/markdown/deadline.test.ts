import { expect, it } from "vitest";
import { withDeadline } from "../../src/markdown/deadline.ts";

function endless(): number {
  for (let n = 0; ; n += 1) if (n < 0) return n;
}

function failing(): never {
  throw new TypeError("broken");
}

it("returns what the work returns", () => {
  expect(withDeadline(1000, () => 42)).toBe(42);
});

it("ends work that would go on for ever", () => {
  const begun = performance.now();
  expect(withDeadline(50, endless)).toBeUndefined();
  expect(performance.now() - begun).toBeLessThan(2000);
});

it("ends work that runs out of stack", () => {
  const deep = (n: number): number => 1 + deep(n + 1);
  expect(withDeadline(1000, () => deep(0))).toBeUndefined();
});

it("passes on what the work throws", () => {
  expect(() => withDeadline(1000, failing)).toThrow(new TypeError("broken"));
});
