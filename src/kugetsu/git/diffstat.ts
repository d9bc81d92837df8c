import { ask } from "./ask.ts";
import { assertShas } from "./check.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace } from "./place.ts";

export interface DiffStat {
  readonly files: number;
  readonly insertions: number;
  readonly deletions: number;
  /** The first 20 files, in git's order. */
  readonly entries: DiffEntry[];
  /** How many files `entries` leaves out. */
  readonly more: number;
}

export interface DiffEntry {
  /** Of a renamed file the new path. Written by an agent: make it harmless before it is posted. */
  readonly path: string;
  /** Lines; undefined for a binary file. */
  readonly insertions: number | undefined;
  readonly deletions: number | undefined;
}

/** Two commits. */
export interface DiffRange {
  readonly from: string;
  readonly to: string;
}

const SHOWN = 20;

/** What changed between the files of two commits. */
export async function diffstat(
  place: GitPlace,
  mirror: Mirror,
  range: DiffRange,
): Promise<DiffStat> {
  assertShas(range.from, range.to);
  const args = [
    "diff",
    "--numstat",
    "-z",
    "-M",
    "--no-ext-diff",
    "--no-textconv",
    range.from,
    range.to,
    "--",
  ];
  const all = parse(await ask(place, mirror.path, args));
  return {
    files: all.length,
    insertions: all.reduce((sum, entry) => sum + (entry.insertions ?? 0), 0),
    deletions: all.reduce((sum, entry) => sum + (entry.deletions ?? 0), 0),
    entries: all.slice(0, SHOWN),
    more: Math.max(0, all.length - SHOWN),
  };
}

/** `ins TAB del TAB path NUL`, or for a rename `ins TAB del TAB NUL old NUL new NUL`; `-` counts a binary file. */
function parse(numstat: string): DiffEntry[] {
  const parts = numstat.split("\0");
  const entries: DiffEntry[] = [];
  for (let index = 0; index < parts.length; index += 1) {
    const [insertions, deletions, ...path] = (parts[index] ?? "").split("\t");
    if (insertions === undefined || deletions === undefined) continue;
    const renamed = path.join("\t") === "";
    if (renamed) index += 2;
    entries.push({
      path: renamed ? (parts[index] ?? "") : path.join("\t"),
      insertions: insertions === "-" ? undefined : Number(insertions),
      deletions: deletions === "-" ? undefined : Number(deletions),
    });
  }
  return entries;
}
