import { and, eq, sql } from "drizzle-orm";
import type { RepositoryId } from "../forge/event.ts";
import type { Tx } from "../kugetsu/db/database.ts";
import { addLook, lookForRepository } from "./looks.ts";
import { repositories } from "./schema.ts";

/** A repository from which something came. Times are milliseconds since the epoch. */
export interface SeenRepository {
  /** Name of the forge's route. */
  readonly forge: string;
  readonly repository: RepositoryId;
  readonly seenAt: number;
}

/**
 * A delivery came that tells of a repository. Whoever can sign it can make up any number and any name, so that the
 * forge is asked before a new one is watched, or a known one goes by another name.
 *
 * @returns whether there is something to be looked at now
 */
export function tellRepository(tx: Tx, seen: SeenRepository, now: number): boolean {
  const { forge, repository, seenAt } = seen;
  const known = tx
    .update(repositories)
    .set({ seenAt: sql`max(${repositories.seenAt}, ${seenAt})` })
    .where(and(eq(repositories.forge, forge), eq(repositories.repositoryId, repository.id)))
    .returning()
    .get() as typeof repositories.$inferSelect | undefined;
  if (known === undefined) {
    lookForRepository(tx, { forge, repository }, now);
    return true;
  }
  if (known.owner === repository.owner && known.name === repository.name) return false;
  addLook(tx, { forge, repository, issueNumber: 0, kind: "repository" }, now);
  return true;
}

/**
 * Has a repository watched, as the forge itself has named it. Of a new one nothing from before `seenAt` is ever looked
 * for; where the look at a known one has come to, stays, and so does its name.
 */
export function watchRepository(tx: Tx, { forge, repository, seenAt }: SeenRepository): void {
  const { id: repositoryId, owner, name } = repository;
  const times = { cursor: seenAt, dueAt: seenAt, seenAt };
  tx.insert(repositories)
    .values({ forge, repositoryId, owner, name, validators: {}, ...times })
    .onConflictDoUpdate({
      target: [repositories.forge, repositories.repositoryId],
      set: { seenAt: sql`max(${repositories.seenAt}, excluded.seen_at)` },
    })
    .run();
}
