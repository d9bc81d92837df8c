import { KugetsuError } from "../errors.ts";
import { assertCloneUrl } from "./address.ts";
import { assertBranch, assertShas } from "./check.ts";
import type { Credentials } from "./environment.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace } from "./place.ts";
import { clean, remoteFailure } from "./remote.ts";
import { botGit } from "./run.ts";

export interface PushRequest {
  /** Pushed to the address that it was fetched from. */
  readonly mirror: Mirror;
  readonly sha: string;
  readonly branch: string;
  readonly credentials?: Credentials | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type Pushed =
  | { readonly kind: "pushed" }
  /** The branch has commits there that `sha` does not contain. */
  | { readonly kind: "moved" }
  /** The forge does not want it. `words` are its own, cleaned, at most 500 characters. */
  | { readonly kind: "refused"; readonly words: string };

/**
 * Lets the branch on the forge point to `sha`, never by force.
 *
 * @throws KugetsuError `unavailable` when the forge cannot be reached, or was not heard to the end: then the push may
 * have happened
 */
export async function push(place: GitPlace, request: PushRequest): Promise<Pushed> {
  const { mirror, sha, branch, credentials, signal } = request;
  assertBranch(branch);
  assertShas(sha);
  assertCloneUrl(mirror.url);
  const target = `refs/heads/${branch}`;
  const args = [
    "push",
    "--porcelain",
    "--no-force",
    "--no-follow-tags",
    "--no-recurse-submodules",
    "--",
    mirror.url,
    `${sha}:${target}`,
  ];
  const ended = await botGit(place, mirror.path, args, {
    timeoutMs: 10 * 60_000,
    signal,
    authentication: credentials === undefined ? undefined : { url: mirror.url, credentials },
  });
  if (ended.code === 0) return { kind: "pushed" };
  const line =
    ended.stdout
      .toString()
      .split("\n")
      .find((each) => each.startsWith("!\t")) ?? "";
  const summary = line.slice(line.lastIndexOf("\t") + 1);
  if (summary.startsWith("[rejected]")) return { kind: "moved" };
  const secrets = credentials === undefined ? [] : [credentials.password];
  if (summary.startsWith("[remote rejected]")) {
    // Someone else pushed in the same moment.
    if (/cannot lock ref|incorrect old value|failed to update ref|fetch first/.test(summary))
      return { kind: "moved" };
    return refused(`${remoteWords(ended.stderr)}\n${summary}`, secrets);
  }
  const failure = remoteFailure(ended.stderr);
  if (failure.code === "forbidden" || failure.code === "not_found") {
    return refused(`${remoteWords(ended.stderr)}\n${failure.message}`, secrets);
  }
  if (failure.code === "unavailable") throw failure;
  throw new KugetsuError("failed", "git could not push.", { cause: failure.cause });
}

function refused(words: string, secrets: readonly string[]): Pushed {
  return { kind: "refused", words: clean(telling(words), 500, secrets) };
}

/** What the server itself said; the rest of stderr is git's own, with addresses in it. */
function remoteWords(stderr: string): string {
  return stderr
    .split("\n")
    .filter((line) => line.startsWith("remote: "))
    .map((line) => line.slice("remote: ".length))
    .join("\n");
}

/** Without the server's own log, which some of them write there as well: lines that begin with a date and a time. */
function telling(words: string): string {
  const lines = words.split("\n").filter((line) => !/^\s*\d{4}\/\d\d\/\d\d \d\d:/.test(line));
  return lines.join("\n");
}
