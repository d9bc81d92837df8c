import type { Git } from "./git.ts";

export interface CommitDetails {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly committer: { readonly name: string; readonly email: string };
  /** ISO 8601. */
  readonly timestamp: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly modified: readonly string[];
}

// What Gitea puts into one push at most.
const MAX_COMMITS = 30;
// Control characters that no name and no path of a sane repository has.
const FORMAT = "%x01%H%x00%T%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%cI%x00%B%x02";

/** The commits of a range such as `old..new`, newest first, with the paths that each touches. */
export async function readCommits(
  git: Git,
  gitDir: string,
  range: readonly string[],
  limit = MAX_COMMITS,
): Promise<CommitDetails[]> {
  const output = await git.run(gitDir, [
    "log",
    `--max-count=${limit}`,
    `--format=${FORMAT}`,
    "--name-status",
    "--no-renames",
    "--diff-merges=first-parent",
    ...range,
    "--",
  ]);
  return output
    .split("\u0001")
    .slice(1)
    .map((record) => parseCommit(record));
}

function parseCommit(record: string): CommitDetails {
  const [head = "", names = ""] = record.split("\u0002");
  const [
    sha = "",
    tree = "",
    parents = "",
    author = "",
    authorEmail = "",
    committer = "",
    committerEmail = "",
    timestamp = "",
    message = "",
  ] = head.split("\0");
  const changes = names
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
  const paths = (letter: string) =>
    changes.filter(([status]) => status === letter).map(([, path]) => path ?? "");
  return {
    sha,
    tree,
    parents: parents.split(" ").filter((parent) => parent !== ""),
    message,
    author: { name: author, email: authorEmail },
    committer: { name: committer, email: committerEmail },
    timestamp: timestamp.replace("+00:00", "Z"),
    added: paths("A"),
    removed: paths("D"),
    modified: paths("M"),
  };
}
