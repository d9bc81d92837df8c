import { readFile } from "node:fs/promises";

/** SKILL.md: how an agent uses kugetsu, without the front matter. */
export async function readSkill(): Promise<string> {
  const text = await readFile(new URL("../../SKILL.md", import.meta.url), "utf8");
  return text.replace(/^---\n.*?\n---\n/s, "").trim();
}
