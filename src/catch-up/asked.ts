import type { Forge } from "../forge/forge.ts";

/** What a forge is asked here. Every answer is waited for no longer than anybody wants it. */
export type AskedForge = Pick<
  Forge,
  | "instance"
  | "issue"
  | "comment"
  | "reviewWords"
  | "repository"
  | "changes"
  | "reviews"
  | "lastLabelling"
  | "lastAssignment"
  | "permission"
  | "editorsMayPush"
  | "resendFailed"
>;

/** That forge, whose every call is given up once `signal` is aborted: what comes after it must not happen then. */
export function whileWanted(forge: Forge, signal: AbortSignal): AskedForge {
  const ask = async <T>(work: () => Promise<T>): Promise<T> => orAborted(work, signal);
  const { resendFailed } = forge;
  return {
    instance: forge.instance,
    comment: (owner, name, id) => ask(() => forge.comment(owner, name, id)),
    reviewWords: (at, place, id) => ask(() => forge.reviewWords(at, place, id)),
    issue: (at) => ask(() => forge.issue(at)),
    repository: (owner, name) => ask(() => forge.repository(owner, name)),
    changes: (repository, since, validators) =>
      ask(() => forge.changes(repository, since, validators)),
    reviews: (at, since) => ask(() => forge.reviews(at, since)),
    lastLabelling: (at, label) => ask(() => forge.lastLabelling(at, label)),
    lastAssignment: (at, person) => ask(() => forge.lastAssignment(at, person)),
    permission: (repository, person) => ask(() => forge.permission(repository, person)),
    editorsMayPush: (repository) => ask(() => forge.editorsMayPush(repository)),
    ...(resendFailed === undefined
      ? {}
      : { resendFailed: (since: number) => ask(() => resendFailed(since)) }),
  };
}

/** @throws the signal's reason as soon as it is aborted */
export async function orAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const done = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), {
      once: true,
      signal: done.signal,
    });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    done.abort();
  }
}
