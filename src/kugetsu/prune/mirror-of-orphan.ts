import { join } from "node:path";
import { KugetsuError } from "../errors.ts";
import { isKey } from "../git/check.ts";
import type { Mirror } from "../git/mirror.ts";
import { parseRef, printRepository, sanitizeRef } from "../ref.ts";
import { readSmall } from "./directory-entries.ts";
import type { Scene } from "./orphan.ts";

/**
 * The mirror that an orphan's private repository borrows from. An agent could write that down: it counts only where the
 * mirror is one of the repository that the orphan's own name tells, so that nothing of one repository gets into
 * another's. undefined when that is not certain.
 */
export async function mirrorOfOrphan(
  { core, slugs }: Pick<Scene, "core" | "slugs">,
  slug: string,
): Promise<Mirror | undefined> {
  const borrowed = await readSmall(
    join(core.git.privatePath(slug), "objects", "info", "alternates"),
  );
  if (borrowed === undefined) return undefined;
  const [, key] = /\/([^/\n]+)\.git\/objects\n?$/.exec(borrowed) ?? [];
  if (key === undefined || !isKey(key)) return undefined;
  if (borrowed.trimEnd() !== core.git.objectsPath(key)) return undefined;
  const repository = slugs.get(key)?.replace(/\.\d+$/, "");
  if (repository === undefined || !belongs(slug, slugs.get(slug), repository)) return undefined;
  return core.git.existing(key);
}

function belongs(slug: string, ref: string | undefined, repository: string): boolean {
  if (ref === undefined) return slug.startsWith(`${sanitizeRef(repository)}-`);
  try {
    // A repository's own name may end like the number that its mirror's has.
    const name = printRepository(parseRef(ref));
    return name === repository || name.replace(/\.\d+$/, "") === repository;
  } catch (error) {
    if (error instanceof KugetsuError) return false;
    throw error;
  }
}
