import { createHash } from "node:crypto";
import type { FetchedLfsFile } from "./fetched.ts";
import { openPlain } from "./real-path.ts";

/** Whether that content stands in the worktree at its path; `gone`: no file does. */
export async function isContent(
  root: string,
  { path, oid, size }: FetchedLfsFile,
): Promise<"same" | "other" | "gone"> {
  await using file = await openPlain(root, path);
  if (file === undefined) return "gone";
  if ((await file.stat()).size !== size) return "other";
  const hash = createHash("sha256");
  // It may grow while it is read.
  for await (const part of file.createReadStream({ end: size, autoClose: false })) {
    hash.update(part as Buffer);
  }
  return hash.digest("hex") === oid ? "same" : "other";
}
