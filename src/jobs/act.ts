import { createHash } from "node:crypto";
import { and, eq, inArray, isNotNull, isNull, ne, or } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import type { NewJob } from "./job.ts";
import type { JobRow } from "./job-row.ts";
import { jobs } from "./schema.ts";

/**
 * What a delivery means, hashed: the same act in another delivery has the same. The words belong to it: a comment may
 * be written and edited within the one second that forges tell.
 */
export function meaningOf(job: NewJob): string {
  return createHash("sha256")
    .update(JSON.stringify([job.forge, job.repository.id, ...actOf(job)]))
    .digest("hex");
}

function actOf(job: NewJob): readonly unknown[] {
  const { trigger = "comment", issueNumber, commentId, action, commentUpdatedAt, verb } = job;
  if (job.opening === true) return ["issue", issueNumber, "opened"];
  const words = [commentId, action, commentUpdatedAt, job.commentBody];
  switch (trigger) {
    case "comment":
      return words;
    case "review":
    case "review_comment":
      return [trigger, ...words];
    case "issue":
      return [trigger, issueNumber, action, commentUpdatedAt, job.commentBody];
    case "label":
    case "assignment":
      return [trigger, issueNumber, verb, job.actor.id, commentUpdatedAt];
    default:
      return trigger satisfies never;
  }
}

/** The key of the words that an order stands in. */
export function keyOfWords({
  trigger = "comment",
  commentId,
  issueNumber,
}: Pick<NewJob, "trigger" | "commentId" | "issueNumber">): string {
  return trigger === "issue" ? `issue:${issueNumber}` : `${trigger}:${commentId}`;
}

/** Whether one of these acts gave an order. An answer to what was no command is not one. */
export function isActUsed(tx: Tx, job: JobRow, acts: readonly string[]): boolean {
  // Rows of old have no key: there was nothing else than comments.
  const ofOld = acts.includes(`comment:${job.commentId}`)
    ? and(isNull(jobs.actKey), eq(jobs.commentId, job.commentId))
    : undefined;
  const other = tx
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        eq(jobs.forge, job.forge),
        eq(jobs.repositoryId, job.repositoryId),
        or(inArray(jobs.actKey, [...acts]), ofOld),
        ne(jobs.id, job.id),
        isNotNull(jobs.admittedAt),
        isNotNull(jobs.verb),
      ),
    )
    .limit(1)
    .get();
  return other !== undefined;
}
