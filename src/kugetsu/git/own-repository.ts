import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BoxedRepository } from "./boxed.ts";
import { objectsPath } from "./place.ts";

// What a worktree's .gitattributes say changes nothing of what stands in the objects.
const AS_IT_IS = "* -text !eol -ident !filter !working-tree-encoding\n";

/**
 * A git directory in the box with nothing of anybody's configuration, which only this call's box may write.
 *
 * @param at.path absolute path that is made, in a scratch directory
 * @param at.mirror the repository whose objects it borrows
 * @param at.worktree absolute path of the session's worktree
 * @param at.files absolute path of the directory whose files it is about; without it the worktree
 * @param at.writes whether it may write these
 * @param at.asItIs whether content goes in and out unchanged, whatever attributes are there
 */
export async function ownRepository(at: {
  readonly path: string;
  readonly mirror?: string | undefined;
  readonly worktree: string;
  readonly files?: string;
  readonly writes?: boolean;
  readonly asItIs?: boolean;
}): Promise<BoxedRepository> {
  const { path, mirror, worktree, files = worktree } = at;
  await mkdir(join(path, "objects", "info"), { recursive: true });
  await mkdir(join(path, "refs"));
  await writeFile(join(path, "HEAD"), "ref: refs/heads/none\n");
  const config = "[core]\n\trepositoryFormatVersion = 0\n\tbare = false\n";
  // What is copied through and thrown away need not be packed.
  const more = at.asItIs === true ? "\tcompression = 0\n" : "";
  await writeFile(join(path, "config"), `${config}${more}`);
  if (mirror !== undefined) {
    const alternates = `${objectsPath(mirror)}\n`;
    await writeFile(join(path, "objects", "info", "alternates"), alternates);
  }
  if (at.asItIs === true) {
    await mkdir(join(path, "info"));
    await writeFile(join(path, "info", "attributes"), AS_IT_IS);
  }
  const writes = at.writes === true;
  return {
    cwd: files,
    worktree,
    env: { GIT_DIR: path, GIT_WORK_TREE: files, GIT_INDEX_FILE: join(path, "index") },
    readable: [
      ...(mirror === undefined ? [] : [objectsPath(mirror)]),
      ...(writes ? [] : [worktree]),
    ],
    writable: [path, ...(writes ? [worktree] : [])],
  };
}
