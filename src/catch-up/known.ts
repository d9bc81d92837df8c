import { and, eq, isNotNull, sql } from "drizzle-orm";
import type { NewJob } from "../jobs/job.ts";
import { deliveries, jobs, missed } from "../jobs/schema.ts";
import type { Database } from "../kugetsu/db/database.ts";

/** What deliveries of catch-up are called in the place of a forge's id. */
export function deliveryIdOf(meaning: string): string {
  return `catch-up:${meaning}`;
}

/**
 * Whether that order needs no more doing: a delivery told of the same act, it was found before, or what it stands in
 * has given its one order already.
 */
export function isKnown(db: Database, job: NewJob, meaning: string): boolean {
  const { forge, repository, commentId, issueNumber, trigger = "comment" } = job;
  const told = db.orm
    .select({ id: deliveries.deliveryId })
    .from(deliveries)
    .where(and(eq(deliveries.forge, forge), eq(deliveries.deliveryId, deliveryIdOf(meaning))));
  if (told.get() !== undefined) return true;
  const same = db.orm.select({ id: jobs.id }).from(jobs).where(eq(jobs.meaning, meaning));
  if (same.get() !== undefined) return true;
  const late = db.orm.select({ id: missed.id }).from(missed).where(eq(missed.meaning, meaning));
  if (late.get() !== undefined) return true;
  // A label may be set more than once; words give one order, however often they are edited.
  if (trigger === "label" || trigger === "assignment") return false;
  const given = db.orm
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        eq(jobs.forge, forge),
        eq(jobs.commentId, commentId),
        eq(jobs.repositoryId, repository.id),
        eq(sql`json_extract(${jobs.act}, '$.issueNumber')`, issueNumber),
        eq(sql`coalesce(json_extract(${jobs.act}, '$.trigger'), 'comment')`, trigger),
        isNotNull(jobs.admittedAt),
        isNotNull(jobs.verb),
      ),
    )
    .limit(1);
  return given.get() !== undefined;
}
