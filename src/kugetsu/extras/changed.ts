import type { ChangedFetched } from "../git/takeover.ts";
import type { ExtraNote } from "./order.ts";

/** What is to be said of changes that are never taken over. */
export function changedExtras({ submodules, lfs, putBack }: ChangedFetched): ExtraNote[] {
  const notes: ExtraNote[] = [];
  if (submodules.length > 0) notes.push({ kind: "changed", what: "submodules", paths: submodules });
  if (lfs.length > 0) notes.push({ kind: "changed", what: "lfs", paths: lfs });
  if (putBack.length > 0) notes.push({ kind: "put_back", paths: putBack });
  return notes;
}
