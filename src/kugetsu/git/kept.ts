import { ask } from "./ask.ts";
import { assertShas } from "./check.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace } from "./place.ts";
import { makeRef } from "./refs.ts";

/** Commits that were saved before anything was removed. */
export interface KeptWork {
  /** Printed issue ref. */
  readonly ref: string;
  readonly sha: string;
  /** Full name of the git ref: `refs/kugetsu/kept/<ref>/<time>`. */
  readonly name: string;
}

export interface WorkToKeep {
  /** Printed issue ref. */
  readonly ref: string;
  readonly sha: string;
  readonly at: Date;
}

const ROOT = "refs/kugetsu/kept";

/** Saves a commit in the mirror for good, and returns the git ref's full name. The same commit is saved once. */
export async function keep(place: GitPlace, mirror: Mirror, work: WorkToKeep): Promise<string> {
  assertShas(work.sha);
  const there = (await kept(place, mirror)).find(
    ({ ref, sha }) => ref === work.ref && sha === work.sha,
  );
  if (there !== undefined) return there.name;
  const time = work.at.toISOString().replaceAll(/[:-]/g, "");
  const name = `${ROOT}/${encodeRef(work.ref)}/${time}`;
  // Two works of the same millisecond are numbered.
  for (let number = 1; ; number += 1) {
    const numbered = number === 1 ? name : `${name}-${number}`;
    if (await makeRef(place, mirror.path, numbered, work.sha)) return numbered;
  }
}

/** All that is kept in this repository, oldest first for each issue. */
export async function kept(place: GitPlace, mirror: Mirror): Promise<KeptWork[]> {
  const lines = await ask(place, mirror.path, [
    "for-each-ref",
    "--format=%(objectname) %(refname)",
    ROOT,
  ]);
  return lines.split("\n").flatMap((line) => {
    const [sha, name] = line.split(" ");
    if (sha === undefined || name === undefined) return [];
    return [{ ...keptName(name), sha }];
  });
}

/** What the full name of a git ref says. */
export function keptName(name: string): Pick<KeptWork, "ref" | "name"> {
  return { ref: decodeRef(name.slice(ROOT.length + 1, name.lastIndexOf("/"))), name };
}

/** An issue ref as git takes it in a ref's name (`:` and some places of `.` are forbidden there); reversible. */
function encodeRef(ref: string): string {
  return ref
    .replaceAll(/[^A-Za-z0-9._#/-]/g, (found) =>
      [...Buffer.from(found)]
        .map((byte) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`)
        .join(""),
    )
    .replaceAll(/\.(?=\.|\/|$|lock(?:\/|$))|(?<=^|\/)\./g, "%2E");
}

function decodeRef(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
