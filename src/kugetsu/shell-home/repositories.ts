import { join } from "node:path";
import { readPrivateFile, writePrivateFile } from "../env/private-file.ts";
import { assertCloneUrl } from "../git/check.ts";
import type { Home } from "../home.ts";
import { isObject } from "../opencode/merge.ts";
import { parseRef, printRepository, type IssueRef } from "../ref.ts";
import { originOf } from "./origin.ts";
import { quoted } from "./session-file.ts";

/**
 * Adds to `repos.json` where a clone came from, if that is not what follows from the ref: plain http, for example. Only
 * an address on the ref's own instance is taken: an agent may have changed its clone's, and the work would go there.
 *
 * @returns what the operator should know
 */
export async function noteRepositories(
  home: Home,
  clones: readonly { readonly ref: string; readonly path: string }[],
): Promise<string[]> {
  const warnings: string[] = [];
  const found = new Map<string, string>();
  for (const { ref: printed, path } of clones) {
    const ref = parseRef(printed);
    const name = printRepository(ref);
    const origin = await originOf(join(home.root, path));
    if (origin === undefined || found.has(name) || isDerived(ref, origin)) continue;
    if (isOnInstance(ref, origin)) found.set(name, origin);
    else {
      warnings.push(
        `${printed}: its clone came from ${quoted(origin)}; if that is right, name it in repos.json`,
      );
    }
  }
  if (found.size === 0) return warnings;
  const named = await readRepos(home);
  if (named === undefined) return [...warnings, "repos.json cannot be read; it stays as it is"];
  const keys = new Set(Object.keys(named).map(normalized));
  const added = [...found].filter(([name]) => !keys.has(name));
  if (added.length === 0) return warnings;
  const text = JSON.stringify({ ...named, ...Object.fromEntries(added) }, undefined, 2);
  await writePrivateFile(home.repos, `${text}\n`);
  return [
    ...warnings,
    ...added.map(([name, url]) => `repos.json now names ${url} for ${name}, as its clone did`),
  ];
}

async function readRepos(home: Home): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse((await readPrivateFile(home.repos, undefined)) ?? "{}");
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The shell version's document writes a blank where a slash belongs. */
function normalized(key: string): string {
  return key.trim().replace(/\s+/, "/").replace(/#.*$/, "");
}

function isDerived(ref: IssueRef, origin: string): boolean {
  const derived = `https://${printRepository(ref)}`.toLowerCase();
  return origin.toLowerCase().replace(/(?:\.git)?\/?$/, "") === derived;
}

function isOnInstance(ref: IssueRef, origin: string): boolean {
  try {
    assertCloneUrl(origin);
  } catch {
    return false;
  }
  const url = URL.parse(origin);
  return (url?.protocol === "https:" || url?.protocol === "http:") && url.host === ref.instance;
}
