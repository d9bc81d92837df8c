import { join } from "node:path";
import { cloneUrlOf } from "../clone-url.ts";
import { readPrivateFile, writePrivateFile } from "../env/private-file.ts";
import type { Home } from "../home.ts";
import { isObject } from "../opencode/merge.ts";
import { parseRef, printRepository, type IssueRef } from "../ref.ts";
import { originOf } from "./origin.ts";
import { quoted } from "./session-file.ts";

/**
 * Adds to `repos.json` where a clone came from, if that is not what follows from the ref: plain http, for example. Only
 * the ref's own repository on its own instance is taken: an agent may have changed its clone's address, and the work
 * would go there.
 *
 * @returns what the operator should know
 */
export async function noteRepositories(
  home: Home,
  clones: readonly { readonly ref: string; readonly path: string }[],
): Promise<string[]> {
  const warnings: string[] = [];
  const added = new Map<string, string>();
  for (const { ref: printed, path } of clones) {
    const ref = parseRef(printed);
    const origin = await originOf(join(home.root, path));
    if (origin === undefined || added.has(printRepository(ref))) continue;
    const named = await cloneUrlOf(home, ref).catch(() => undefined);
    if (named === undefined)
      return ["repos.json cannot be read, so that no clone is compared with it"];
    const derived = `https://${printRepository(ref)}.git`;
    // What the operator wrote counts, whatever the clone says.
    if (named.url !== derived || bare(origin) === bare(derived)) continue;
    if (isOwnAddress(ref, origin)) added.set(printRepository(ref), origin);
    else {
      warnings.push(
        `${printed}: its clone came from ${quoted(origin)}; if that is right, name it in repos.json`,
      );
    }
  }
  if (added.size === 0) return warnings;
  const before: unknown = JSON.parse((await readPrivateFile(home.repos, undefined)) || "{}");
  const after = { ...(isObject(before) ? before : {}), ...Object.fromEntries(added) };
  await writePrivateFile(home.repos, `${JSON.stringify(after, undefined, 2)}\n`);
  const told = [...added].map(
    ([name, url]) => `repos.json now names ${url} for ${name}, as its clone did`,
  );
  return [...warnings, ...told];
}

function bare(url: string): string {
  return url.toLowerCase().replace(/(?:\.git)?\/?$/, "");
}

function isOwnAddress(ref: IssueRef, origin: string): boolean {
  const url = URL.parse(origin);
  if (url === null || !["https:", "http:"].includes(url.protocol)) return false;
  return bare(`${url.host}${url.pathname}`) === bare(printRepository(ref));
}
