import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { VERBS } from "../../src/cli/commands.ts";
import { findPackage } from "../../src/kugetsu/package.ts";
import { readSkill } from "../../src/pm/skill.ts";

const text = await readFile(join(findPackage(), "SKILL.md"), "utf8");

test("SKILL.md has the front matter by which agents find it", () => {
  const [, matter = ""] = /^---\n(.*?)\n---\n/s.exec(text) ?? [];
  for (const line of [/^name: kugetsu$/m, /^description: .{40,1024}$/m, /^license: MIT$/m])
    expect(matter).toMatch(line);
  expect(matter).toMatch(/^compatibility: /m);
  expect(matter).toMatch(/^metadata:\n {2}author: .+\n {2}version: ".+"$/m);
});

test("SKILL.md documents every command, and KUGETSU_TEMP_DIR", () => {
  const untold = VERBS.filter((verb) => !["completion", "help", "version"].includes(verb));
  for (const verb of untold) expect(text).toContain(`\`kugetsu ${verb}`);
  expect(text).toMatch(/\| `KUGETSU_TEMP_DIR` +\|/);
  expect(text).toMatch(/KUGETSU_TEMP_DIR` is made and exported/);
});

test("a PM agent gets it without the front matter", async () => {
  expect(await readSkill()).toMatch(/^# kugetsu\n/);
});
