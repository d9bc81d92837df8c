import type { RepositoryId } from "../forge/event.ts";

/** Whether the operator lets the bot work for a repository. */
export type ServedBy = (repository: RepositoryId) => boolean;

/**
 * Reads `KUGETSU_ALLOW`: owners and `owner/name`s, and of one forge alone `host/owner/name`s; empty serves everybody
 * whose forge calls.
 * @param instance host[:port] of the forge that the repositories are on; without it no entry with a host serves anything
 */
export function servedBy(allow: readonly string[], instance = ""): ServedBy {
  const names = new Set(allow.map((name) => name.toLowerCase()));
  return ({ owner, name }) =>
    names.size === 0 ||
    names.has(owner.toLowerCase()) ||
    names.has(`${owner}/${name}`.toLowerCase()) ||
    names.has(`${instance}/${owner}/${name}`.toLowerCase());
}
