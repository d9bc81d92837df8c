import type { Git } from "./git.ts";
import type { Difference } from "./records.ts";

/** The part of the diff that ends at a line of the new file, from its `@@` on; undefined when the diff has not that line. */
export async function hunkAt(
  git: Git,
  gitDir: string,
  difference: Difference,
  path: string,
  line: number,
): Promise<string | undefined> {
  if (!difference.files.some((file) => file.path === path)) return undefined;
  const from = difference.mergeBase === "" ? difference.baseSha : difference.mergeBase;
  const diff = await git.run(gitDir, [
    "diff",
    "--no-renames",
    from,
    difference.headSha,
    "--",
    path,
  ]);
  let hunk: string[] = [];
  let at = 0;
  for (const row of diff.split("\n")) {
    const head = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(row);
    if (head !== null) {
      hunk = [row];
      at = Number(head[1]);
      continue;
    }
    if (hunk.length === 0) continue;
    hunk.push(row);
    if (row.startsWith("-") || row.startsWith("\\")) continue;
    if (at === line) return hunk.join("\n");
    at += 1;
  }
  return undefined;
}
