import { isBranch, isSha } from "./check.ts";
import { type Credentials, gitEnvironment, sshEnvironment } from "./environment.ts";
import type { GitPlace } from "./place.ts";
import { remoteFailure } from "./remote.ts";
import { run } from "./run.ts";

export interface DefaultBranchRequest {
  /** As of `MirrorRequest`. */
  readonly url: string;
  readonly credentials?: Credentials | undefined;
  readonly signal?: AbortSignal | undefined;
}

const HEADS = "refs/heads/";
/** What people call it, where the repository does not say. */
const USUAL = ["main", "master"];

/**
 * Asks a repository, without a forge, which branch is its default one: where its HEAD points to, else `main` or
 * `master`; undefined when there is none of these, as in an empty repository.
 *
 * @throws KugetsuError as `fetchMirror` does
 */
export async function defaultBranch(
  place: GitPlace,
  { url, credentials, signal }: DefaultBranchRequest,
): Promise<string | undefined> {
  const authentication = credentials === undefined ? undefined : { url, credentials };
  const env = {
    ...gitEnvironment(place.env, authentication),
    ...sshEnvironment(place.env, url),
    // No repository's configuration may have a say, such as one that the home lies in.
    GIT_DIR: "/dev/null",
  };
  const wanted = USUAL.map((name) => `${HEADS}${name}`);
  const args = ["ls-remote", "-q", "--symref", "--", url, "HEAD", ...wanted];
  const ended = await run(
    { file: "git", args, cwd: place.home, env },
    { timeoutMs: 60_000, maxBytes: 1_000_000, signal },
  );
  if (ended.code !== 0) throw remoteFailure(ended.stderr);
  const answer = ended.stdout.toString().split("\n").map(toPair);
  const refs = new Set(answer.flatMap(([what, ref]) => (isSha(what) ? [ref] : [])));
  // Without a commit under it, HEAD only tells what the first branch will be called.
  const told = answer.flatMap(([what, ref]) =>
    ref === "HEAD" && what.startsWith(`ref: ${HEADS}`) ? [what.slice(`ref: ${HEADS}`.length)] : [],
  );
  const [branch] = refs.has("HEAD") ? told : [];
  if (branch !== undefined && isBranch(branch)) return branch;
  return USUAL.find((name) => refs.has(`${HEADS}${name}`));
}

function toPair(line: string): [string, string] {
  const [what = "", ref = ""] = line.split("\t");
  return [what, ref];
}
