import { sql } from "drizzle-orm";
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
 * Has a repository watched. Of a new one nothing from before `seenAt` is ever looked for; where the look at a known one
 * has come to, stays, and so does the name that it is known by: a delivery tells any name, so the forge is asked.
 *
 * @returns whether it is known by another name
 */
export function seeRepository(tx: Tx, { forge, repository, seenAt }: SeenRepository): boolean {
  const { id: repositoryId, owner, name } = repository;
  const row = tx
    .insert(repositories)
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
      set: { seenAt: sql`max(${repositories.seenAt}, excluded.seen_at)` },
    })
    .returning()
    .get();
  return row.owner !== owner || row.name !== name;
}
