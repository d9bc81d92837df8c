import type { Git } from "./git.ts";
import type { ChangedFile, Difference } from "./records.ts";

/** Compares two commits of one repository the way a pull request does: from where they parted to the head. */
export async function compare(
  git: Git,
  gitDir: string,
  baseSha: string,
  headSha: string,
): Promise<Difference> {
  const common = await git.try(gitDir, ["merge-base", baseSha, headSha]);
  const mergeBase = common.ok ? common.stdout.trim() : "";
  const ahead = await git.run(gitDir, ["rev-list", "--count", `${baseSha}..${headSha}`]);
  const files = await changedFiles(git, gitDir, common.ok ? mergeBase : baseSha, headSha);
  const merge = await git.try(gitDir, [
    "merge-tree",
    "--write-tree",
    "--name-only",
    baseSha,
    headSha,
  ]);
  return {
    baseSha,
    headSha,
    mergeBase,
    commits: Number(ahead),
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    files,
    mergeable: common.ok && merge.ok,
  };
}

async function changedFiles(
  git: Git,
  gitDir: string,
  from: string,
  to: string,
): Promise<ChangedFile[]> {
  const range = ["--no-renames", from, to, "--"];
  const [numbers, states] = await Promise.all([
    git.run(gitDir, ["diff", "--numstat", ...range]),
    git.run(gitDir, ["diff", "--name-status", ...range]),
  ]);
  const status = new Map(lines(states).map((line) => [line[1] ?? "", line[0] ?? "M"]));
  return lines(numbers).map(([added, deleted, path = ""]) => ({
    path,
    status: STATUS[status.get(path) ?? "M"] ?? "changed",
    additions: Number(added) || 0,
    deletions: Number(deleted) || 0,
  }));
}

const STATUS: Readonly<Record<string, ChangedFile["status"]>> = { A: "added", D: "deleted" };

function lines(output: string): string[][] {
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
}
