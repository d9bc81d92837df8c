import { lte, sql } from "drizzle-orm";
import type { RepositoryId } from "../forge/event.ts";
import type { Tx } from "../kugetsu/db/database.ts";
import { repositories } from "./schema.ts";

/** A repository from which something came: from now on it is watched. Times are milliseconds since the epoch. */
export interface SeenRepository {
  /** Name of the forge's route. */
  readonly forge: string;
  readonly repository: RepositoryId;
  readonly seenAt: number;
}

/**
 * Has a repository watched, under its newest name. Of a new one nothing from before `seenAt` is ever looked for; where
 * the look at a known one has come to, stays.
 */
export function seeRepository(tx: Tx, { forge, repository, seenAt }: SeenRepository): void {
  const { id: repositoryId, owner, name } = repository;
  tx.insert(repositories)
    .values({
      forge,
      repositoryId,
      owner,
      name,
      cursor: seenAt,
      validators: {},
      dueAt: seenAt,
      seenAt,
    })
    .onConflictDoUpdate({
      target: [repositories.forge, repositories.repositoryId],
      set: { owner, name, seenAt },
      // Deliveries may overtake each other: an older one has an older name.
      setWhere: lte(repositories.seenAt, sql`excluded.seen_at`),
    })
    .run();
}
