import { printRepository, type IssueRef } from "../ref.ts";
import type { Session } from "../db/sessions.ts";
import type { Mirror } from "../git/mirror.ts";
import type { Source } from "../turn.ts";
import type { Core } from "./core.ts";

/** A repository by its name and by what its forge calls it. */
export interface RepositoryOf {
  readonly ref: IssueRef;
  readonly repositoryId?: number | undefined;
}

/**
 * The repository as a session with work in it knows it: what it borrows lies in the mirror that it was begun with, also
 * when later orders come with or without what the forge calls the repository.
 */
export function repositoryOf<T extends RepositoryOf>(order: T, session: Session | undefined): T {
  return session?.tip === undefined ? order : { ...order, repositoryId: session.repositoryId };
}

/** The mirror of a repository, fetched. */
export async function fetchMirror(
  core: Core,
  repository: RepositoryOf,
  source: Source,
  signal: AbortSignal,
): Promise<Mirror> {
  const key = await mirrorKey(core, repository);
  return core.git.mirror({ key, url: source.url, credentials: source.credentials, signal });
}

/** The mirror as it was fetched last; undefined when it never was. */
export async function existingMirror(
  core: Core,
  repository: RepositoryOf,
): Promise<Mirror | undefined> {
  return core.git.existing(await mirrorKey(core, repository));
}

/**
 * Two repositories whose names sanitize alike must not share one, nor one that has taken over the name of another: the
 * history of a private repository would be pushed to whoever has its name now.
 */
export function mirrorKey(core: Core, { ref, repositoryId }: RepositoryOf): Promise<string> {
  const name = printRepository(ref);
  return core.sessions.claimSlug(repositoryId === undefined ? name : `${name}.${repositoryId}`);
}
