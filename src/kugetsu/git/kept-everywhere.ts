import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ask } from "./ask.ts";
import { isKey } from "./check.ts";
import { existingMirror } from "./fetch.ts";
import { keptName } from "./kept.ts";
import type { KeptWork } from "./kept.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace } from "./place.ts";

/** Kept work as lists tell of it. */
export interface ListedWork extends KeptWork {
  readonly mirror: Mirror;
  /** When it was kept; undefined when its name does not say. */
  readonly at: Date | undefined;
  /** First line of the commit's message: the words of whoever made it. */
  readonly subject: string;
}

/** A directory in `aside/`: what git could not read. */
export interface AsideWork {
  /** Absolute. */
  readonly path: string;
  /** The session's key. */
  readonly key: string;
  readonly at: Date | undefined;
}

/** The kept work of all mirrors, mirror by mirror, oldest first. One that git cannot read is left out. */
export async function keptEverywhere(place: GitPlace): Promise<ListedWork[]> {
  const names = await namesIn(join(place.home, "mirrors"));
  const found: ListedWork[] = [];
  for (const name of names) {
    const key = name.replace(/\.git$/, "");
    if (!name.endsWith(".git") || !isKey(key)) continue;
    const mirror = await existingMirror(place, key).catch(() => undefined);
    if (mirror !== undefined) found.push(...(await worksIn(place, mirror)));
  }
  return found;
}

async function worksIn(place: GitPlace, mirror: Mirror): Promise<ListedWork[]> {
  const format = "--format=%(objectname) %(refname) %(contents:subject)";
  const lines = await ask(place, mirror.path, ["for-each-ref", format, "refs/kugetsu/kept"]).catch(
    () => "",
  );
  return lines.split("\n").flatMap((line) => {
    const [, sha, name, subject = ""] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? [];
    if (sha === undefined || name === undefined) return [];
    const at = timeOf(name.slice(name.lastIndexOf("/") + 1));
    return [{ ...keptName(name), sha, mirror, at, subject }];
  });
}

/** What lies in `aside/`, oldest first. */
export async function listAside(home: string): Promise<AsideWork[]> {
  const root = join(home, "aside");
  const names = await namesIn(root);
  return names.map((name) => {
    const [, key = name, time = ""] = /^(.+)-(\d{4}-\d\d-\d\dT[\d-]+Z)(?:-\d+)?$/.exec(name) ?? [];
    return { path: join(root, name), key, at: timeOf(time) };
  });
}

/** Sorted; none where there is no directory. */
async function namesIn(directory: string): Promise<string[]> {
  const names: string[] = await readdir(directory).catch(() => []);
  return names.toSorted();
}

/** `20260102T030405.678Z`, perhaps with a number, and `2026-01-02T03-04-05-678Z`. */
function timeOf(text: string): Date | undefined {
  const parts =
    /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d)-?(\d\d)-?(\d\d)[.-](\d{3})Z(?:-\d+)?$/.exec(text) ?? [];
  const [, year, month, day, hour, minute, second, ms] = parts;
  if (year === undefined) return undefined;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
