import { KugetsuError } from "../errors.ts";
import { assertShas } from "./check.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace, Identity } from "./place.ts";
import { botGit, succeeded } from "./run.ts";

export interface NewCommit {
  /** A tree's id, or a commit's as `<sha>^{tree}`. */
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  /** Author and committer; without it the identity that `createGit` was given. */
  readonly identity?: Identity | undefined;
  /** When it was made; without it now. The same commit made twice at the same time is one. */
  readonly at?: Date | undefined;
}

/** Makes a commit in the mirror, by the bot's name, and returns its id. No branch is moved. */
export async function commit(place: GitPlace, mirror: Mirror, wanted: NewCommit): Promise<string> {
  const { name, email } = wanted.identity ?? place.identity;
  const env = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    ...(wanted.at === undefined ? {} : datesOf(wanted.at)),
  };
  const args = [
    "commit-tree",
    "--no-gpg-sign",
    ...wanted.parents.flatMap((parent) => ["-p", parent]),
    "-F",
    "-",
    wanted.tree,
  ];
  const input = `${wanted.message.replaceAll("\0", "").trim()}\n`;
  const ended = await botGit(place, mirror.path, args, { env, input });
  return succeeded(ended, "A commit could not be made.").toString().trim();
}

function datesOf(at: Date): Record<string, string> {
  const date = `@${Math.floor(at.getTime() / 1000)} +0000`;
  return { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
}

/** A message with its trailer, which stays one line whatever the name is. */
export function withTrailer(message: string, requestedBy: string): string {
  const name = requestedBy.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  if (name === "")
    throw new KugetsuError("invalid", "A commit needs the name of who asked for it.");
  return `${message.trim()}\n\nRequested-by: ${name}`;
}

export interface GraftRequest {
  /** The commit whose files it has. */
  readonly of: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly identity?: Identity | undefined;
}

/**
 * A commit with the files of `of` and other parents: it makes rewritten history a continuation of what was pushed,
 * so that nothing has to be forced.
 */
export function graft(place: GitPlace, mirror: Mirror, request: GraftRequest): Promise<string> {
  assertShas(request.of, ...request.parents);
  return commit(place, mirror, { ...request, tree: `${request.of}^{tree}` });
}
