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

it("counts the time with a processor alone", () => {
  const wait = new Int32Array(new SharedArrayBuffer(4));
  let calls = 0;
  // Nothing can interrupt it, and it takes no processor.
  const slow = (): number => {
    Atomics.wait(wait, 0, 0, calls++ === 0 ? 100 : 1);
    for (let n = 0; n < 1000; n += 1) wait[1] = n;
    return calls;
  };
  expect(withDeadline(50, slow)).toBe(2);
});

it("gives work up that never has a processor", () => {
  const wait = new Int32Array(new SharedArrayBuffer(4));
  let calls = 0;
  const idle = (): never => {
    calls += 1;
    for (;;) Atomics.wait(wait, 0, 0, 5);
  };
  expect(withDeadline(10, idle)).toBeUndefined();
  expect(calls).toBeGreaterThan(1);
});

it("ends work that runs out of stack", () => {
  const deep = (n: number): number => 1 + deep(n + 1);
  expect(withDeadline(1000, () => deep(0))).toBeUndefined();
});

it("passes on what the work throws", () => {
  expect(() => withDeadline(1000, failing)).toThrow(new TypeError("broken"));
});
