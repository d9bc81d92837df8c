import { and, asc, count, eq, isNotNull, lte, or } from "drizzle-orm";
import type { RepositoryId } from "../forge/event.ts";
import type { Validators } from "../forge/forge.ts";
import type { Database } from "../kugetsu/db/database.ts";
import { repositories } from "../jobs/schema.ts";

/** A repository that is watched. Times are milliseconds since the epoch. */
export interface Watched extends RepositoryId {
  readonly cursor: number;
  readonly validators: Validators;
  readonly tries: number;
  readonly trouble: string | undefined;
}

/**
 * Which repositories are looked at: `every` one; those that are `due`; at the `start` of this process those as well whose
 * last look was no failure, since what came while it was down is to be found at once.
 */
export type Which =
  | { readonly kind: "every" }
  | { readonly kind: "start"; readonly now: number }
  | { readonly kind: "due"; readonly now: number; readonly intervalMs: number };

/** The repositories that are looked at now, the longest waiting first. */
export function repositoriesToLookAt(
  db: Database,
  forge: string,
  which: Which,
): readonly Watched[] {
  const rows = db.orm
    .select()
    .from(repositories)
    .where(and(eq(repositories.forge, forge), isMeant(which)))
    .orderBy(asc(repositories.dueAt), asc(repositories.repositoryId))
    .all();
  return rows.map(toWatched);
}

function isMeant(which: Which) {
  const { dueAt, tries, lookedAt: looked, cursor } = repositories;
  switch (which.kind) {
    case "every":
      return undefined;
    case "start":
      return or(lte(dueAt, which.now), eq(tries, 0));
    case "due":
      // In one that was seen just now for the first time there is nothing to be found yet.
      return and(
        lte(dueAt, which.now),
        or(isNotNull(looked), lte(cursor, which.now - which.intervalMs)),
      );
    default:
      return which satisfies never;
  }
}

function toWatched(row: typeof repositories.$inferSelect): Watched {
  const { repositoryId: id, owner, name, cursor, validators, tries, trouble } = row;
  return { id, owner, name, cursor, validators, tries, trouble: trouble ?? undefined };
}

export function countRepositories(db: Database, forge: string): number {
  const query = db.orm.select({ count: count() }).from(repositories);
  return query.where(eq(repositories.forge, forge)).get()?.count ?? 0;
}

/** Everything before `cursor` is worked off. */
export function moveCursor(
  db: Database,
  at: RepositoryAt,
  moved: { cursor: number; validators: Validators },
): void {
  change(db, at, moved);
}

/** It was looked at to the end of what there was, or of what fits into one look. */
export function lookedAt(db: Database, at: RepositoryAt, when: { now: number; dueAt: number }) {
  change(db, at, { lookedAt: when.now, dueAt: when.dueAt, tries: 0, trouble: null });
}

/** It could not be looked at. `trouble`: why, for the operator. */
export function couldNotLook(
  db: Database,
  at: RepositoryAt,
  failed: { tries: number; dueAt: number; trouble: string },
): void {
  change(db, at, failed);
}

export function renameRepository(
  db: Database,
  at: RepositoryAt,
  to: { readonly owner: string; readonly name: string },
): void {
  change(db, at, { owner: to.owner, name: to.name });
}

interface RepositoryAt {
  /** Name of the forge's route. */
  readonly forge: string;
  readonly id: number;
}

function change(
  db: Database,
  { forge, id }: RepositoryAt,
  values: Partial<typeof repositories.$inferInsert>,
): void {
  const one = and(eq(repositories.forge, forge), eq(repositories.repositoryId, id));
  db.write((tx) => tx.update(repositories).set(values).where(one).run());
}
