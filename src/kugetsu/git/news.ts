import { ask } from "./ask.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace } from "./place.ts";
import { botGit, succeeded } from "./run.ts";
import { readCommits } from "./survey.ts";

/** A commit, and the first line of its message: the words of whoever made it. */
export interface NewCommitLine {
  readonly sha: string;
  readonly subject: string;
}

/** Which of the commits nobody but the agent has: neither `known` nor a branch of the forge contains them. */
export async function newOnes(
  place: GitPlace,
  mirror: Mirror,
  shas: readonly string[],
  known: ReadonlySet<string>,
): Promise<Set<string>> {
  const input = `${[...shas, ...[...known].map((sha) => `^${sha}`)].join("\n")}\n`;
  const args = ["rev-list", "--stdin", "--not", "--branches"];
  const ended = await botGit(place, mirror.path, args, { input });
  const listed = succeeded(ended, "The agent's commits could not be read.").toString().split("\n");
  const wanted = new Set(shas);
  return new Set(listed.filter((sha) => wanted.has(sha)));
}

/** What `tip` has beyond `since` and the forge's branches: oldest first, at most the last 200. */
export async function newCommits(
  place: GitPlace,
  mirror: Mirror,
  tip: string,
  since: string,
): Promise<NewCommitLine[]> {
  const args = ["log", "-z", "-n", "200", "--format=%H%x09%s", tip, "--not", since, "--branches"];
  const entries = (await ask(place, mirror.path, args))
    .split("\0")
    .filter((entry) => entry.includes("\t"));
  return entries.toReversed().map((entry) => {
    const tab = entry.indexOf("\t");
    return { sha: entry.slice(0, tab).trim(), subject: entry.slice(tab + 1) };
  });
}

/** Which of the ids are commits in the mirror. */
export async function commitsInMirror(
  place: GitPlace,
  mirror: Mirror,
  shas: readonly string[],
): Promise<Set<string>> {
  const args = ["cat-file", "--batch-check=%(objectname) %(objecttype)"];
  return readCommits(await botGit(place, mirror.path, args, { input: `${shas.join("\n")}\n` }));
}
