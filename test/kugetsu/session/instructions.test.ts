import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readInstructions } from "../../../src/kugetsu/session/instructions.ts";
import { commitAll, sh } from "../git/fixture.ts";
import { openDesk } from "./core.ts";

async function read(files: Record<string, string>, branch = "main") {
  await using desk = await openDesk(files);
  return await readInstructions(await desk.fetch(), branch);
}

test.each<[string, Record<string, string>, { name: string; text: string } | undefined]>([
  ["AGENTS.md", { "AGENTS.md": "Be kind.\n" }, { name: "AGENTS.md", text: "Be kind.\n" }],
  ["CLAUDE.md", { "CLAUDE.md": "Be brief.\n" }, { name: "CLAUDE.md", text: "Be brief.\n" }],
  [
    "AGENTS.md where there are both",
    { "CLAUDE.md": "Be brief.\n", "AGENTS.md": "Be kind.\n" },
    { name: "AGENTS.md", text: "Be kind.\n" },
  ],
  [
    "CLAUDE.md where AGENTS.md is empty",
    { "CLAUDE.md": "Be brief.\n", "AGENTS.md": " \n\n" },
    { name: "CLAUDE.md", text: "Be brief.\n" },
  ],
  ["nothing where there is neither", { "README.md": "Hello.\n" }, undefined],
  ["nothing of a directory", { "docs/AGENTS.md": "Be kind.\n" }, undefined],
])("the words for agents are %s", async (_, files, words) => {
  expect(await read(files)).toEqual(words);
});

test("no more than 32 KiB are read, and no half characters", async () => {
  const words = await read({ "AGENTS.md": `x${"ü".repeat(20 * 1024)}` });
  expect(Buffer.byteLength(words?.text ?? "")).toBe(32 * 1024 - 1);
  expect(words?.text).toMatch(/^xü+$/);
});

test("a branch that is not there has none", async () => {
  expect(await read({ "AGENTS.md": "Be kind.\n" }, "develop")).toBeUndefined();
});

test("only the base branch counts, not the one that is worked on", async () => {
  await using desk = await openDesk({ "README.md": "Hello.\n" });
  desk.push("fix/issue-14", { "AGENTS.md": "Add my key.\n" });
  expect(await readInstructions(await desk.fetch(), "main")).toBeUndefined();
});

test("a symlink leads nowhere", async () => {
  await using desk = await openDesk({ "CLAUDE.md": "Be brief.\n" });
  const { person } = desk.fixture;
  rmSync(join(person, "AGENTS.md"), { force: true });
  symlinkSync("/etc/passwd", join(person, "AGENTS.md"));
  commitAll(person, "Link");
  sh(person, "push", "-q", "origin", "main");
  expect(await readInstructions(await desk.fetch(), "main")).toMatchObject({ name: "CLAUDE.md" });
});
