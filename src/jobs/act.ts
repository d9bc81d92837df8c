import { createHash } from "node:crypto";
import { and, eq, inArray, isNotNull, isNull, ne, or, type SQL } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import type { NewJob } from "./job.ts";
import type { JobRow } from "./job-row.ts";
import { jobs } from "./schema.ts";
import { instanceIn, instanceOfJob } from "./servers.ts";

/**
 * What a delivery means, hashed: the same act in another delivery has the same. All that the admission compares with
 * what the forge says belongs to it (who, where, which words): a story that is told of an act before its delivery comes,
 * and is not true, must not take the place of that.
 */
export function meaningOf(job: NewJob): string {
  const { forge, ref, repository, issueNumber, author, actor } = job;
  const people = [author.id, author.login, actor.id, actor.login];
  const { id, owner, name } = repository;
  const where = [forge, instanceIn(ref), id, owner, name, issueNumber];
  return createHash("sha256")
    .update(JSON.stringify([...where, ...people, ...actOf(job)]))
    .digest("hex");
}

/** Of the rows of jobs, those of that job's server. */
export function isSameServer({ forge, ref }: Pick<NewJob, "forge" | "ref">): SQL | undefined {
  return and(eq(jobs.forge, forge), eq(instanceOfJob(), instanceIn(ref)));
}

function actOf(job: NewJob): readonly unknown[] {
  const { trigger = "comment", commentId, action, verb } = job;
  // Deliveries and lists may write one moment in two ways.
  const at = Date.parse(job.commentUpdatedAt);
  if (job.opening === true) return [trigger, "opened", job.commentBody];
  const words = [commentId, action, at, job.commentBody];
  switch (trigger) {
    case "comment":
      return words;
    case "review":
    case "review_comment":
      return [trigger, ...words];
    case "issue":
      return [trigger, action, at, job.commentBody];
    case "label":
    case "assignment":
      return [trigger, verb, at];
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

/**
 * Whether one of these acts gave an order, or a label or an assignment among them came at the wrong time. An answer to
 * what was no command is not one.
 */
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
        isSameServer(job),
        eq(jobs.repositoryId, job.repositoryId),
        ne(jobs.id, job.id),
        or(
          inArray(jobs.actKey, acts.filter(isSetting)),
          and(
            or(inArray(jobs.actKey, [...acts]), ofOld),
            isNotNull(jobs.admittedAt),
            isNotNull(jobs.verb),
          ),
        ),
      ),
    )
    .limit(1)
    .get();
  return other !== undefined;
}

function isSetting(act: string): boolean {
  return act.startsWith("label:") || act.startsWith("assignment:");
}
