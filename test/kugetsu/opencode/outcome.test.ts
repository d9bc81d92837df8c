import { RequestError } from "@agentclientprotocol/sdk";
import { expect, test } from "vitest";
import { outcomeOf, type TurnEvidence } from "../../../src/kugetsu/opencode/outcome.ts";
import type { TurnEnd } from "../../../src/kugetsu/opencode/turn.ts";

const evidence: TurnEvidence = {
  text: "Done.",
  tokens: 1050,
  asked: undefined,
  words: "",
  limits: {
    wallMs: 1_800_000,
    silenceMs: 60_000,
    tokens: 2_000_000,
    requests: 500,
    outputBytes: 200 * 1024 ** 2,
  },
  secrets: ["sk-secret-key"],
};

const answered = (stopReason: string): TurnEnd => ({
  kind: "answered",
  answer: { stopReason, usage: undefined },
});
const apiError = (message: string): TurnEnd => ({
  kind: "error",
  error: new RequestError(-32603, `Internal error: ${message}`, { errorName: "APIError" }),
});

test.each<[string, TurnEnd, Partial<TurnEvidence>, string, string]>([
  ["an end with words", answered("end_turn"), {}, "finished", ""],
  ["an end with tokens alone", answered("end_turn"), { text: "" }, "finished", ""],
  [
    "an end with unknown tokens and words",
    answered("end_turn"),
    { tokens: undefined },
    "finished",
    "",
  ],
  [
    "neither words nor tokens",
    answered("end_turn"),
    { text: "", tokens: 0 },
    "failed",
    "The model said nothing.",
  ],
  [
    "neither words nor known tokens",
    answered("end_turn"),
    { text: "", tokens: undefined },
    "failed",
    "The model said nothing.",
  ],
  [
    "a permission that was asked for",
    answered("end_turn"),
    { asked: "rm -rf /" },
    "failed",
    "The agent asked for a permission that nobody could give: rm -rf /",
  ],
  ["a refusal", answered("refusal"), {}, "failed", "The model refused to go on."],
  ["a cut answer", answered("max_tokens"), {}, "failed", "The turn ended early (max_tokens)."],
  [
    "a cancel that was not ours",
    answered("cancelled"),
    {},
    "failed",
    "The turn ended early (cancelled).",
  ],
  [
    "an error of the model",
    apiError("bad key sk-secret-key"),
    {},
    "failed",
    "APIError: bad key ****",
  ],
  [
    "an error that is not opencode's own",
    { kind: "error", error: new Error("/internal/path") },
    {},
    "failed",
    "opencode answered with an error.",
  ],
  ["a death without words", { kind: "died" }, {}, "failed", "opencode ended unexpectedly."],
  [
    "a death with words",
    { kind: "died" },
    { words: "\u001b[91mError:\u001b[0m\n  out of  memory\u0000" },
    "failed",
    "opencode ended unexpectedly: Error: out of memory",
  ],
  ["a stop", { kind: "stopped" }, {}, "stopped", "It was stopped."],
])("%s", (_, end, more, outcome, reason) => {
  expect(outcomeOf(end, { ...evidence, ...more })).toEqual({ outcome, reason });
});

test.each<[string, TurnEnd, string, string]>([
  ["wall", { kind: "wall" }, "timed_out", "It took longer than 30 minutes."],
  ["silence", { kind: "silence" }, "timed_out", "There was no sign of life for 1 minute."],
  ["tokens", { kind: "tokens" }, "stopped", "It used more than 2,000,000 tokens."],
  ["requests", { kind: "requests" }, "stopped", "It made more than 500 requests to the model."],
  ["output", { kind: "output" }, "stopped", "It printed more than 200 MB."],
  [
    "disk",
    { kind: "watched", limit: "disk", words: "It wrote a lot." },
    "stopped",
    "It wrote a lot.",
  ],
])("the limit of %s is named", (limit, end, outcome, reason) => {
  expect(outcomeOf(end, evidence)).toEqual({ outcome, reason, limit });
});

test("a reason is short, and a secret at the cut is hidden before it", () => {
  const { reason } = outcomeOf(apiError(`${"x".repeat(281)}sk-secret-key and more`), evidence);
  expect(reason).toHaveLength(300);
  expect(reason).not.toContain("sk-");
});
