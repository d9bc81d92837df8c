import { expect, test } from "vitest";
import {
  createTranscript,
  lastWords,
  toolTitle,
} from "../../../src/kugetsu/opencode/transcript.ts";
import type { Progress } from "../../../src/kugetsu/runner.ts";

function listen() {
  const progress: Progress[] = [];
  const clock = { now: 0 };
  const transcript = createTranscript({
    cwd: "/work/tree",
    onProgress: (told) => {
      progress.push(told);
    },
    now: () => clock.now,
  });
  const chunk = (messageId: string, text: string) => {
    transcript.update({
      sessionUpdate: "agent_message_chunk",
      messageId,
      content: { type: "text", text },
    });
  };
  return { transcript, progress, clock, chunk };
}

test("chunks join to the text of their message, and the last message counts", () => {
  const { transcript, chunk } = listen();
  chunk("m1", "I look ");
  chunk("m1", "first.");
  chunk("m2", "All ");
  chunk("m2", "done.");
  expect(transcript.text()).toBe("All done.");
  chunk("m3", " \n");
  expect(transcript.text()).toBe("All done.");
});

test("a try that was cut and sent again counts once", () => {
  const { transcript, chunk, clock } = listen();
  chunk("m1", "Half");
  chunk("m1", " an answer");
  clock.now = 2000;
  chunk("m1", "Half");
  clock.now = 2050;
  chunk("m1", " an answer is none.");
  expect(transcript.text()).toBe("Half an answer is none.");
});

test("words that repeat without a pause stay", () => {
  const { transcript, chunk } = listen();
  for (const word of ["ha", "ha", "ha"]) chunk("m1", word);
  expect(transcript.text()).toBe("hahaha");
});

test("a tool call is told once, when its input is known", () => {
  const { transcript, progress } = listen();
  const update = (more: object) => {
    transcript.update({ sessionUpdate: "tool_call_update", toolCallId: "c1", ...more });
  };
  update({
    sessionUpdate: "tool_call",
    title: "bash",
    status: "pending",
    rawInput: { cwd: "/work/tree" },
  });
  expect(progress).toEqual([]);
  update({ status: "in_progress", title: "npm test", rawInput: { command: "npm test" } });
  update({ status: "completed", title: "npm test", rawInput: { command: "npm test" } });
  expect(progress).toEqual([{ kind: "tool", text: "bash: npm test" }]);
});

test("text is told as its last words, and thoughts without any", () => {
  const { transcript, progress, chunk } = listen();
  transcript.update({
    sessionUpdate: "agent_thought_chunk",
    content: { type: "text", text: "hm" },
  });
  chunk("m1", "a line\nand another");
  expect(progress).toEqual([
    { kind: "thinking", text: "" },
    { kind: "text", text: "a line and another" },
  ]);
});

test("updates of an unknown kind or shape do nothing", () => {
  const { transcript, progress } = listen();
  transcript.update({ sessionUpdate: "usage_update", used: 5 });
  transcript.update({ sessionUpdate: "agent_message_chunk", content: { type: "image" } });
  transcript.update({});
  expect(progress).toEqual([]);
  expect(transcript.text()).toBe("");
});

test.each([
  ["bash", { command: "npm test\n  --all" }, "bash: npm test --all"],
  ["edit", { filePath: "/work/tree/src/a.ts", oldString: "x" }, "edit src/a.ts"],
  ["read", { filePath: "/etc/passwd" }, "read /etc/passwd"],
  ["grep", { pattern: "TODO", path: "/work/tree" }, "grep: TODO"],
  ["webfetch", { url: "https://example.org" }, "webfetch: https://example.org"],
  ["task", { description: "look", prompt: "long" }, "task: look"],
  ["todowrite", { todos: [] }, "todowrite"],
  ["bash", { command: "\u001b[31mred\u0007" }, "bash: red"],
  ["bash", { command: "x".repeat(500) }, `bash: ${"x".repeat(113)}…`],
])("%s with %o is titled in a few words", (tool, input, title) => {
  expect(toolTitle(tool, input, "/work/tree")).toBe(title);
});

const message = (role: string, ...texts: string[]) => ({
  info: { role },
  parts: [{ type: "step-start" }, ...texts.map((text) => ({ type: "text", text }))],
});

test("the last words come from the last message of this turn that has any", () => {
  expect(
    lastWords([
      message("user", "old"),
      message("assistant", "old answer"),
      message("user", "new"),
      message("assistant", "I look first."),
      message("assistant", "", "Half an answer is whole now."),
      message("assistant"),
    ]),
  ).toBe("Half an answer is whole now.");
  expect(lastWords([message("assistant", "old answer"), message("user", "new")])).toBeUndefined();
  expect(lastWords([])).toBeUndefined();
});
