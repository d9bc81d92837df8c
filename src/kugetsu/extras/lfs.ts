import type { LfsContent } from "../git/fill.ts";
import type { FetchedLfsFile } from "../git/fetched.ts";
import { isContent } from "../git/lfs-content.ts";
import { MOST_POINTER_BYTES, readPointer } from "../git/lfs-pointer.ts";
import { openPlain } from "../git/real-path.ts";
import type { AgentWorktree } from "../git/worktree.ts";
import { openLfsStore } from "../lfs/store.ts";
import type { ExtrasCore } from "./core.ts";
import type { Source } from "../turn.ts";
import type { ExtraNote, WhyNoLfs } from "./order.ts";

/** Bytes, of one file and of all together. */
const MOST_FILE_BYTES = 100_000_000;
const MOST_BYTES = 1_000_000_000;
const MOST_FILES = 1000;

/** LFS files that are to be in the worktree, and what is left out. */
export interface WantedLfs {
  /** All whose content is there, or is to be put there. */
  readonly files: readonly FetchedLfsFile[];
  /** Those of them in whose place the pointer stands. */
  readonly contents: readonly LfsContent[];
  readonly notes: readonly ExtraNote[];
}

/**
 * Fetches the contents of a commit's LFS files from the forge, or takes them from what was fetched before.
 *
 * @param before those whose content was put there before: an agent may have changed one, which stays
 */
export async function fetchLfs(
  core: ExtrasCore,
  request: {
    readonly sha: string;
    readonly source: Source;
    readonly worktree: AgentWorktree;
    readonly before: readonly FetchedLfsFile[];
  },
): Promise<WantedLfs> {
  const { sha, source, worktree, before } = request;
  const { mirror, path: root, signal } = worktree;
  const left = new Map<WhyNoLfs, string[]>();
  const leaveOut = (why: WhyNoLfs, path: string) => left.set(why, [...(left.get(why) ?? []), path]);
  const files: FetchedLfsFile[] = [];
  const missing: FetchedLfsFile[] = [];
  let bytes = 0;
  for (const file of await core.git.lfsFilesOf(mirror, sha)) {
    if (await isPointer(root, file)) {
      if (file.size > MOST_FILE_BYTES) leaveOut("too_large", file.path);
      else if (missing.length >= MOST_FILES || bytes + file.size > MOST_BYTES)
        leaveOut("too_many", file.path);
      else {
        missing.push(file);
        bytes += file.size;
      }
    } else if (before.some(({ path }) => path === file.path) || (await isSame(root, file)))
      files.push(file);
  }
  await using store = await openLfsStore({
    home: core.home.root,
    key: mirror.key,
  });
  const got = await store.fetch(missing, { source, signal });
  const contents: LfsContent[] = [];
  for (const file of missing) {
    const found = got.get(file.oid) ?? "missing";
    if (typeof found === "string") leaveOut(found, file.path);
    else contents.push({ ...file, file: found.file });
  }
  const notes = [...left].map(([why, paths]): ExtraNote => ({ kind: "no_lfs", why, paths }));
  return { files: [...files, ...contents.map(plain)], contents, notes };
}

function plain({ path, oid, size }: LfsContent): FetchedLfsFile {
  return { path, oid, size };
}

async function isSame(root: string, file: FetchedLfsFile): Promise<boolean> {
  return (await isContent(root, file)) === "same";
}

/** Whether the pointer itself stands in the worktree: anything else there is the content, or an agent's work. */
async function isPointer(root: string, { path, oid, size }: FetchedLfsFile): Promise<boolean> {
  await using file = await openPlain(root, path);
  if (file === undefined || (await file.stat()).size > MOST_POINTER_BYTES) return false;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_POINTER_BYTES));
  const pointer = readPointer(buffer.subarray(0, bytesRead).toString());
  return pointer?.oid === oid && pointer.size === size;
}
