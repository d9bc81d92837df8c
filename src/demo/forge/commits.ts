import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "./git.ts";
import type { User } from "./records.ts";

export interface CommitDraft {
  readonly branch: string;
  /** The commit to build on; undefined for a first one. */
  readonly parent: string | undefined;
  readonly by: User;
  readonly message: string;
  /** Path to content; undefined removes. */
  readonly files: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Writes one commit straight into a bare repository, past its hooks. */
export async function writeCommit(git: Git, gitDir: string, draft: CommitDraft): Promise<void> {
  const who = `${draft.by.login} <${draft.by.email}> ${Math.floor(draft.at / 1000)} +0000`;
  const changes = Object.entries(draft.files).map(([path, content]) =>
    content === undefined
      ? `D ${quoted(path)}\n`
      : `M 100644 inline ${quoted(path)}\n${data(content)}\n`,
  );
  const input = [
    `commit refs/heads/${draft.branch}\n`,
    `author ${who}\ncommitter ${who}\n`,
    `${data(`${draft.message}\n`)}\n`,
    draft.parent === undefined ? "" : `from ${draft.parent}\n`,
    ...changes,
    "done\n",
  ].join("");
  await git.run(gitDir, ["fast-import", "--quiet", "--done"], { input });
}

/** Merges the commit `head` into the branch `base` with a merge commit, as the button of the page does, and returns its sha. */
export async function writeMerge(
  git: Git,
  gitDir: string,
  merge: { base: string; head: string; message: string; by: User; at: number },
): Promise<string> {
  const clone = await mkdtemp(join(gitDir, "merge-"));
  const date = `${Math.floor(merge.at / 1000)} +0000`;
  const env = {
    GIT_AUTHOR_NAME: merge.by.login,
    GIT_AUTHOR_EMAIL: merge.by.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: merge.by.login,
    GIT_COMMITTER_EMAIL: merge.by.email,
    GIT_COMMITTER_DATE: date,
  };
  try {
    await git.run(gitDir, ["clone", "--quiet", "--shared", "--branch", merge.base, gitDir, clone]);
    await git.run(clone, ["merge", "--quiet", "--no-ff", "-m", merge.message, merge.head], { env });
    await git.run(gitDir, ["fetch", "--quiet", clone, `HEAD:refs/heads/${merge.base}`]);
    return (await git.run(clone, ["rev-parse", "HEAD"])).trim();
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

function quoted(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
