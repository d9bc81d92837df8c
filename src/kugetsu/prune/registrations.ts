import { lstat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { isDirectory, removeIn } from "../git/directory.ts";
import { entriesOf, readSmall } from "./directory-entries.ts";
import type { Find, Scene } from "./orphan.ts";

/** What private repositories of sessions that are there say of worktrees that are gone. */
export async function registrations({ core, sessions, held }: Scene): Promise<Find[]> {
  const finds: Find[] = [];
  for (const { ref, slug, kind } of sessions) {
    if (kind !== "forked" || held.has(ref)) continue;
    const repository = core.git.privatePath(slug);
    const root = join(repository, "worktrees");
    for (const { name } of await entriesIn([repository, root])) {
      const path = join(root, name);
      if (!(await isStale(path))) continue;
      finds.push({
        orphans: [{ kind: "registration", path, ref }],
        resource: ref,
        remove: async () => {
          // Its agent, which could lead the removal elsewhere by a link, is not at work meanwhile.
          const isStill = (await entriesIn([repository, root])).some((one) => one.name === name);
          if (!isStill || !(await isStale(path))) return undefined;
          await removeIn(root, path);
          return [];
        },
      });
    }
  }
  return finds;
}

/** The entries of the last of these directories, if each of them is one and no link. */
async function entriesIn(way: readonly string[]) {
  for (const directory of way) if (!(await isDirectory(directory))) return [];
  return entriesOf(way.at(-1) ?? "");
}

/** Like git's own rule, but one that stands on no branch stays: its commits may be nowhere else. */
async function isStale(path: string): Promise<boolean> {
  if (!(await isDirectory(path))) return false;
  const link = (await readSmall(join(path, "gitdir")))?.trimEnd();
  if (link === undefined || !isAbsolute(link)) return false;
  const head = await readSmall(join(path, "HEAD"));
  if (head?.startsWith("ref: ") !== true) return false;
  return (await lstat(link).catch((error: NodeJS.ErrnoException) => error.code)) === "ENOENT";
}
