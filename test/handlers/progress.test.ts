import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followProgress } from "../../src/handlers/progress.ts";
import type { Work } from "../../src/handlers/handler.ts";
import { keptLog } from "../jobs/queue.ts";
import { storedJob } from "../jobs/stored.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function follow(say?: Work["say"]) {
  const said: [string, string][] = [];
  const log = keptLog();
  const work = {
    job: storedJob(),
    log,
    say:
      say ??
      (async (text: string, urgency: "urgent" | "whenever") => {
        said.push([urgency, text]);
      }),
  } as unknown as Work;
  const progress = followProgress(
    work,
    ({ doing, elapsedMs }) => `${doing.join("|")} ${elapsedMs}`,
  );
  const tool = (text: string) => {
    progress.update({ kind: "tool", text });
  };
  const end = () => progress[Symbol.asyncDispose]();
  return { ...progress, tool, end, said, log };
}

test("the first line is urgent, what comes within two seconds goes along with the next", async () => {
  const { tool, end, said } = follow();
  tool("one");
  vi.advanceTimersByTime(1_999);
  tool("two");
  vi.advanceTimersByTime(1);
  tool("three");
  await end();
  expect(said).toEqual([
    ["urgent", "one 0"],
    ["whenever", "one|two|three 2000"],
  ]);
});

test("only the last five lines are shown, none twice in a row, and nothing of what the agent says", async () => {
  const { tool, update, end, said } = follow();
  for (const line of ["a", "b", "b", "c", "d", "e", "f"]) {
    tool(line);
    vi.advanceTimersByTime(2_000);
  }
  update({ kind: "text", text: "Well, well." });
  tool("  ");
  await end();
  expect(said.at(-1)?.[1]).toBe("b|c|d|e|f 12000");
  expect(said).toHaveLength(6);
});

test("what comes after the end is not said", async () => {
  const { tool, end, said } = follow();
  tool("one");
  await end();
  vi.advanceTimersByTime(2_000);
  tool("two");
  await end();
  expect(said).toEqual([["urgent", "one 0"]]);
});

test("a line is short and plain, whatever the agent wrote", async () => {
  const { tool, end, said } = follow();
  tool(`bash: echo\n\u001b[31m${"x".repeat(500)}`);
  await end();
  const text = said[0]?.[1] ?? "";
  expect(text.length).toBeLessThan(140);
  expect(text).not.toContain("\n");
  expect(text).not.toContain("\u001b");
});

test("what cannot be written down is logged, and the turn goes on", async () => {
  let calls = 0;
  const { tool, end, log } = follow(async () => {
    calls += 1;
    throw new Error("The disk is full.");
  });
  tool("one");
  vi.advanceTimersByTime(2_000);
  tool("two");
  await end();
  expect(calls).toBe(2);
  expect(log.lines.map(({ level }) => level)).toEqual(["warn", "warn"]);
});
