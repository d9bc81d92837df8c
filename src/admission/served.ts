import type { RepositoryId } from "../forge/event.ts";

/** Whether the operator lets the bot work for a repository. */
export type ServedBy = (repository: RepositoryId) => boolean;

/** Reads `KUGETSU_ALLOW`: owners and `owner/name`s; empty serves everybody whose forge calls. */
export function servedBy(allow: readonly string[]): ServedBy {
  const names = new Set(allow.map((name) => name.toLowerCase()));
  return ({ owner, name }) =>
    names.size === 0 ||
    names.has(owner.toLowerCase()) ||
    names.has(`${owner}/${name}`.toLowerCase());
}
