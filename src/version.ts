import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findPackage } from "./kugetsu/package.ts";

/** The program's version, from its package.json. */
export async function readVersion(): Promise<string> {
  const text = await readFile(join(findPackage(), "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
