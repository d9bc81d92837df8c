import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KugetsuError } from "../errors.ts";
import { ask } from "./ask.ts";
import { assertCloneUrl } from "./address.ts";
import { assertKey } from "./check.ts";
import { isDirectory } from "./directory.ts";
import type { Credentials } from "./environment.ts";
import { lockedGit, oneAtATime } from "./locked.ts";
import { mirrorAt } from "./mirror.ts";
import type { Mirror } from "./mirror.ts";
import { mirrorPath } from "./place.ts";
import type { GitPlace } from "./place.ts";
import { remoteFailure } from "./remote.ts";
import { botGit, run, succeeded } from "./run.ts";
import { gitEnvironment, sshEnvironment } from "./environment.ts";
import { makeScratch } from "./scratch.ts";

export interface MirrorRequest {
  /** Names the repository in `mirrors/`: a sanitized `instance/owner/repo`. */
  readonly key: string;
  /** https, http, ssh, `git@host:path`, file or an absolute path, without a password. */
  readonly url: string;
  readonly credentials?: Credentials | undefined;
  readonly signal?: AbortSignal | undefined;
}

const HALF_AN_HOUR = 30 * 60_000;

// Tags go along: builds name their version by them.
const REFSPECS = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];

// Faults that old and well-known repositories carry in their history, and that harm nobody.
const FORGIVEN =
  "badTimezone badDateOverflow missingSpaceBeforeDate missingSpaceBeforeEmail missingEmail badEmail badName " +
  "zeroPaddedDate zeroPaddedFilemode missingNameBeforeEmail missingTaggerEntry badFilemode gitmodulesUrl gitmodulesParse";

// preciousObjects: private repositories borrow these objects, so nothing may ever delete one, not even
// `git gc --prune=now`. unpackLimit: loose objects by the thousand are slow, and here nothing ever packs them.
const CONFIG = `[core]
	repositoryFormatVersion = 1
	bare = true
	hooksPath = /dev/null
[extensions]
	preciousObjects = true
[gc]
	auto = 0
[fetch]
	fsckObjects = true
	unpackLimit = 1
[fetch "fsck"]
${FORGIVEN.split(" ")
  .map((fault) => `\t${fault} = ignore`)
  .join("\n")}
[remote "origin"]
	fetch = +refs/heads/*:refs/heads/*
`;

/**
 * Makes the mirror, or brings it up to date: branches that are gone there go here too, and nothing else.
 *
 * @throws KugetsuError `unavailable` (cannot be reached, answers 5xx or 429, stopped), `forbidden` (401, 403),
 * `not_found`, `invalid` (not an address for git), `failed`
 */
export async function fetchMirror(place: GitPlace, request: MirrorRequest): Promise<Mirror> {
  assertKey(request.key);
  assertCloneUrl(request.url);
  const path = mirrorPath(place, request.key);
  await oneAtATime(path, async () => {
    if (await isDirectory(path)) {
      await fetch(place, path, request);
      const url = await ask(place, path, ["config", "--get", "remote.origin.url"]);
      if (url.trim() !== request.url) await recordUrl(place, path, request.url);
    } else await make(place, path, request);
  });
  return mirrorAt(place, request.key, path, request.url);
}

/** The mirror as it is, without asking the forge; undefined when there is none. */
export async function existingMirror(place: GitPlace, key: string): Promise<Mirror | undefined> {
  assertKey(key);
  const path = mirrorPath(place, key);
  if (!(await isDirectory(path))) return undefined;
  const url = (await ask(place, path, ["config", "--get", "remote.origin.url"])).trim();
  return mirrorAt(place, key, path, url);
}

/** Made aside and put in place by one rename: a mirror is there whole or not at all. */
async function make(place: GitPlace, path: string, request: MirrorRequest): Promise<void> {
  await using scratch = await makeScratch(place);
  const made = join(scratch.path, "mirror.git");
  const env = gitEnvironment(place.env);
  const init = ["init", "-q", "--bare", "--template=", "--initial-branch=main", made];
  succeeded(
    await run({ file: "git", args: init, cwd: scratch.path, env }),
    "The mirror could not be made.",
  );
  await writeFile(join(made, "config"), CONFIG);
  await recordUrl(place, made, request.url);
  await fetch(place, made, request);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await rename(made, path);
  } catch (cause) {
    // Another process was quicker, which is as good.
    if (!(await isDirectory(path)))
      throw new KugetsuError("failed", "The mirror could not be made.", { cause });
  }
}

/** For `existingMirror`, and for a person who looks: it holds no secret. */
async function recordUrl(place: GitPlace, path: string, url: string): Promise<void> {
  const ended = await botGit(place, path, ["config", "remote.origin.url", url]);
  succeeded(ended, "The address of the repository could not be noted.");
}

async function fetch(place: GitPlace, path: string, request: MirrorRequest): Promise<void> {
  const { url, credentials, signal } = request;
  // `--prune` with refspecs on the command line removes only what they name: refs/kugetsu/* stays.
  const args = [
    "fetch",
    "-q",
    "--prune",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--no-auto-maintenance",
    "--",
    url,
    ...REFSPECS,
  ];
  const ended = await lockedGit(place, path, args, {
    timeoutMs: HALF_AN_HOUR,
    signal,
    env: sshEnvironment(place.env, url),
    authentication: credentials === undefined ? undefined : { url, credentials },
  });
  if (ended.code !== 0) throw remoteFailure(ended.stderr);
}
