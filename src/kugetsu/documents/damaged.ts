import { link, readFile, rename, stat } from "node:fs/promises";
import { isObject } from "../opencode/merge.ts";

/** Whether something stands there that is no JSON object, or cannot be read. */
export async function isDamaged(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false;
  if (!found.isFile()) return true;
  try {
    return !isObject(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return true;
  }
}

/** Keeps a file that is about to be written anew; returns where. */
export async function keepDamaged(path: string): Promise<string> {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
  // Killed here, the file is still there to be found damaged. What cannot have two names is no file.
  await link(path, aside).catch(() => rename(path, aside));
  return aside;
}
