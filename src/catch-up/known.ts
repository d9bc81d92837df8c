import { and, eq, inArray, isNotNull, isNull, notInArray, or, sql } from "drizzle-orm";
import { CATCH_UP } from "../forge/delivery-id.ts";
import { isSameServer, keyOfWords } from "../jobs/act.ts";
import type { NewJob } from "../jobs/job.ts";
import { deliveries, jobs, missed } from "../jobs/schema.ts";
import type { Database } from "../kugetsu/db/database.ts";

/** What deliveries of catch-up are called in the place of a forge's id. */
export function deliveryIdOf(meaning: string): string {
  return `${CATCH_UP}${meaning}`;
}

/**
 * Whether that order needs no more doing: a delivery told of the same act, it was found before, or what it stands in
 * has given its one order already.
 */
export function isKnown(
  db: Database,
  job: NewJob,
  meaning: string,
  acts: readonly string[] = [],
): boolean {
  const { forge, repository, commentId, trigger = "comment" } = job;
  const told = db.orm
    .select({ id: deliveries.deliveryId })
    .from(deliveries)
    .where(and(eq(deliveries.forge, forge), eq(deliveries.deliveryId, deliveryIdOf(meaning))));
  if (told.get() !== undefined) return true;
  const same = db.orm.select({ id: jobs.id }).from(jobs).where(eq(jobs.meaning, meaning));
  if (same.get() !== undefined || isKnownEdit(db, job)) return true;
  const late = db.orm.select({ id: missed.id }).from(missed).where(eq(missed.meaning, meaning));
  if (late.get() !== undefined) return true;
  // A label may be set more than once, and each time it gives an order or came at the wrong time.
  if (trigger === "label" || trigger === "assignment") return isDone(db, job, acts);
  const key = keyOfWords(job);
  const given = db.orm
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        isSameServer(job),
        eq(jobs.repositoryId, repository.id),
        // Rows of old have no key: there was nothing else than comments.
        trigger === "comment"
          ? or(eq(jobs.actKey, key), and(isNull(jobs.actKey), eq(jobs.commentId, commentId)))
          : eq(jobs.actKey, key),
        isNotNull(jobs.admittedAt),
        isNotNull(jobs.verb),
      ),
    )
    .limit(1);
  return given.get() !== undefined;
}

function isDone({ orm }: Database, job: NewJob, acts: readonly string[]): boolean {
  const { repositoryId, actKey, id } = jobs;
  const same = and(
    isSameServer(job),
    eq(repositoryId, job.repository.id),
    inArray(actKey, [...acts]),
  );
  return orm.select({ id }).from(jobs).where(same).limit(1).get() !== undefined;
}

/** Lists do not say who edited: whoever it was, a delivery told of it, and the forge did not deny it. */
function isKnownEdit({ orm }: Database, job: NewJob): boolean {
  const { action, author, commentBody, commentId, issueNumber } = job;
  if (action !== "edited") return false;
  const same = orm
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        isSameServer(job),
        eq(jobs.commentId, commentId),
        eq(jobs.repositoryId, job.repository.id),
        notInArray(jobs.state, ["received", "dropped"]),
        eq(inAct("$.issueNumber"), issueNumber),
        eq(sql`coalesce(${inAct("$.trigger")}, 'comment')`, job.trigger ?? "comment"),
        eq(inAct("$.action"), action),
        eq(inAct("$.author.id"), author.id),
        eq(inAct("$.commentBody"), commentBody),
      ),
    )
    .limit(1);
  return same.get() !== undefined;
}

function inAct(path: string) {
  return sql`json_extract(${jobs.act}, ${path})`;
}
