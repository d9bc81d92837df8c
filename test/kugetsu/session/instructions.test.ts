import { afterAll, beforeAll, expect, test } from "vitest";
import type { Mirror } from "../../../src/kugetsu/git/mirror.ts";
import { readInstructions } from "../../../src/kugetsu/session/instructions.ts";
import { shInput } from "../git/fixture.ts";
import { type Desk, openDesk } from "./core.ts";

const BRANCHES: Record<string, Record<string, string>> = {
  agents: { "AGENTS.md": "Be kind.\n" },
  claude: { "CLAUDE.md": "Be brief.\n" },
  both: { "CLAUDE.md": "Be brief.\n", "AGENTS.md": "Be kind.\n" },
  empty: { "CLAUDE.md": "Be brief.\n", "AGENTS.md": " \n\n" },
  deeper: { "docs/AGENTS.md": "Be kind.\n" },
  long: { "AGENTS.md": `x${"ü".repeat(20 * 1024)}` },
};

let desk: Desk;
let mirror: Mirror;
beforeAll(async () => {
  desk = await openDesk();
  for (const [branch, files] of Object.entries(BRANCHES)) desk.push(branch, files);
  const link = [
    "commit refs/heads/link\ncommitter A <a@example.com> 1772366400 +0000\ndata 0\n",
    `from ${desk.remote("claude")}\nM 120000 inline AGENTS.md\ndata 9\nCLAUDE.md\n`,
  ];
  shInput(desk.upstream, link.join(""), "fast-import", "--quiet");
  mirror = await desk.fetch();
});
afterAll(() => desk[Symbol.asyncDispose]());

test.each([
  ["AGENTS.md", "agents", { name: "AGENTS.md", text: "Be kind.\n" }],
  ["CLAUDE.md where there is no AGENTS.md", "claude", { name: "CLAUDE.md", text: "Be brief.\n" }],
  ["AGENTS.md where there are both", "both", { name: "AGENTS.md", text: "Be kind.\n" }],
  ["CLAUDE.md where AGENTS.md is empty", "empty", { name: "CLAUDE.md", text: "Be brief.\n" }],
  ["CLAUDE.md where AGENTS.md is a symlink", "link", { name: "CLAUDE.md", text: "Be brief.\n" }],
  ["none of a directory's", "deeper", undefined],
  ["none of another branch than the base branch", "main", undefined],
  ["none of a branch that is not there", "develop", undefined],
])("the words for agents are %s", async (_, branch, words) => {
  expect(await readInstructions(mirror, branch)).toEqual(words);
});

test("no more than 32 KiB are read, and no half characters", async () => {
  const words = await readInstructions(mirror, "long");
  expect(Buffer.byteLength(words?.text ?? "")).toBe(32 * 1024 - 1);
  expect(words?.text).toMatch(/^xü+$/);
});
