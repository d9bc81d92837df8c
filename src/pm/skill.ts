import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findPackage } from "../kugetsu/package.ts";

/** SKILL.md: how an agent uses kugetsu, without the front matter. */
export async function readSkill(): Promise<string> {
  const text = await readFile(join(findPackage(), "SKILL.md"), "utf8");
  return text.replace(/^---\n.*?\n---\n/s, "").trim();
}
