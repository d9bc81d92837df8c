import { ask } from "./ask.ts";
import { assertShas } from "./check.ts";
import { botGit, succeeded } from "./run.ts";
import type { GitPlace } from "./place.ts";

/** The bot's copy of a repository: everything that is read about its history is read here. */
export interface Mirror {
  readonly key: string;
  /** Absolute path of the bare repository. */
  readonly path: string;
  /** Where it was last fetched from. */
  readonly url: string;
  /** Branches and their commits, as of the last fetch. */
  heads(): Promise<Map<string, string>>;
  /** The commit of one branch, or undefined when there is no such branch. */
  head(branch: string): Promise<string | undefined>;
  /** The text of a regular file in that commit, cut after `maxBytes`; undefined for anything else, symlinks too. */
  read(sha: string, path: string, maxBytes: number): Promise<string | undefined>;
  /** Whether `descendant` is `ancestor` or has it in its history. */
  readonly contains: (ancestor: string, descendant: string) => Promise<boolean>;
}

export function mirrorAt(place: GitPlace, key: string, path: string, url: string): Mirror {
  return {
    key,
    path,
    url,
    heads: () => heads(place, path),
    head: async (branch) => (await heads(place, path)).get(branch),
    read: (sha, file, maxBytes) => read(place, path, { sha, file, maxBytes }),
    contains: (ancestor, descendant) => contains(place, path, ancestor, descendant),
  };
}

async function heads(place: GitPlace, path: string): Promise<Map<string, string>> {
  const lines = await ask(place, path, [
    "for-each-ref",
    "--format=%(objectname) %(refname:lstrip=2)",
    "refs/heads",
  ]);
  const found = new Map<string, string>();
  for (const line of lines.split("\n")) {
    const space = line.indexOf(" ");
    if (space !== -1) found.set(line.slice(space + 1), line.slice(0, space));
  }
  return found;
}

async function contains(
  place: GitPlace,
  path: string,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  assertShas(ancestor, descendant);
  // Not `--is-ancestor`: its answer is an exit code, which raw() does not give.
  return (
    (await ask(place, path, ["rev-list", "-n", "1", ancestor, `^${descendant}`])).trim() === ""
  );
}

async function read(
  place: GitPlace,
  path: string,
  wanted: { sha: string; file: string; maxBytes: number },
): Promise<string | undefined> {
  assertShas(wanted.sha);
  const listed = succeeded(
    await botGit(place, path, ["ls-tree", "-z", "--full-tree", wanted.sha, "--", wanted.file]),
    "The commit could not be read.",
  );
  const [, id] = /^100(?:644|755) blob ([0-9a-f]+)\t/.exec(listed.toString()) ?? [];
  if (
    id === undefined ||
    listed.toString() !== `${listed.toString().split("\t")[0]}\t${wanted.file}\0`
  )
    return undefined;
  const blob = await botGit(place, path, ["cat-file", "blob", id], {
    maxBytes: wanted.maxBytes,
    cut: true,
  });
  // In streaming mode the decoder holds back a character that the cut left unfinished.
  return new TextDecoder().decode(blob.stdout.subarray(0, wanted.maxBytes), { stream: true });
}
