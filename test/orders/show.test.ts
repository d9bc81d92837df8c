import { expect, test } from "vitest";
import type { TurnSummary } from "../../src/handlers/handler.ts";
import { failureOf, showEntry, showSummary } from "../../src/orders/show.ts";
import { createView } from "../../src/orders/view.ts";
import type { TurnLogFact } from "../../src/turn-log/entry.ts";
import { storedJob } from "../jobs/stored.ts";

const show = (fact: TurnLogFact, debug = false) => showEntry({ at: 1, ...fact }, { debug });

const RESULT: TurnSummary = {
  outcome: "finished",
  text: "Done.",
  reason: "",
  session: "ses_1",
  branch: "fix/issue-1",
  pushed: false,
  commits: [{ sha: "1", subject: "x" }],
  kept: ["refs/kugetsu/kept/a/1"],
  notes: ["A note\nin two lines."],
  durationMs: 61_000,
  tokens: { input: 10, output: 5, cached: 0 },
  cost: undefined,
};

test("what an agent writes cannot steer the terminal", () => {
  expect(show({ kind: "words", text: "a\u001b[31mb\u202e\rc\n" })).toBe("a[31mbc\n");
  expect(show({ kind: "tool", title: "bash: \u001b]0;x\u0007", input: "" })).toBe("▸ bash: ]0;x\n");
});

test("tools' output and thoughts are for --debug alone; a failure is not", () => {
  const result = { kind: "result", title: "bash: ls", output: "a\nb", failed: true } as const;
  expect(show(result)).toBe("✗ bash: ls\n");
  expect(show(result, true)).toBe("✗ failed\n    a\n    b\n");
  expect(show({ ...result, failed: false })).toBe("");
  expect(show({ kind: "thought", text: "hm" })).toBe("");
  expect(show({ kind: "thought", text: "hm" }, true)).toBe("    hm\n");
});

test("the summary names the branch, where the work is, and what there is to know", () => {
  expect(showSummary(RESULT, { worktree: "/w" })).toBe(
    [
      "branch:       fix/issue-1 (1 new commit, not pushed)",
      "worktree:     /w",
      "kept:         refs/kugetsu/kept/a/1",
      "note:         A note in two lines.",
      "took:         61 s, 15 tokens",
      "",
    ].join("\n"),
  );
});

test("a failure is told in one line", () => {
  const job = storedJob({ state: "timed_out", words: "**x**" });
  expect(failureOf(job, { ...RESULT, reason: "It took\nmore than 30 minutes." })).toBe(
    "It timed out. It took more than 30 minutes.",
  );
  expect(failureOf(storedJob({ state: "failed", words: "No base." }), undefined)).toBe(
    "It failed. No base.",
  );
});

test("words are shown when something follows them, since the last ones are the result", () => {
  const seen: string[] = [];
  const view = createView((text) => seen.push(text), { debug: false });
  const entry = (fact: TurnLogFact) => {
    view({ kind: "entry", entry: { at: 1, ...fact } });
  };
  entry({ kind: "words", text: "I look.\n" });
  expect(seen).toEqual([]);
  entry({ kind: "tool", title: "bash: ls", input: "{}" });
  entry({ kind: "words", text: "All done.\n" });
  entry({ kind: "end", state: "done" });
  expect(seen).toEqual(["I look.\n", "▸ bash: ls\n"]);
});
