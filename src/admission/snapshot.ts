import type { Comment, Forge } from "../forge/forge.ts";
import type { Job } from "../jobs/job.ts";
import type { Thread } from "../thread.ts";
import type { ConfirmedAct } from "./confirm.ts";

/**
 * The thread as it was at the trigger. What was written or edited later is left out: its author may be somebody who
 * waited for a person with the right to say `fix`, and then changed what there is to be fixed.
 */
export async function snapshotThread(
  forge: Forge,
  job: Job,
  act: ConfirmedAct & { kind: "confirmed" },
): Promise<Thread> {
  const { owner, name } = job.repository;
  const [bot, comments] = await Promise.all([
    forge.self(),
    forge.comments({ owner, name, number: job.issueNumber }),
  ]);
  return {
    title: act.issue.title === job.issueTitle ? act.issue.title : "",
    body: act.issue.body === job.issueBody ? act.issue.body : "",
    author: act.issue.author,
    comments: comments
      .filter((comment) => comment.id < job.commentId && comment.author.id !== bot.id)
      .filter((comment) => asAtTrigger(comment, job.commentUpdatedAt))
      .map(({ id, author, body, createdAt }) => ({ id, author, body, createdAt })),
  };
}

/** Never edited, or edited before the trigger. Forges tell whole seconds, so the trigger's own second is too late. */
function asAtTrigger(comment: Comment, trigger: string): boolean {
  const edited = comment.updatedAt !== comment.createdAt;
  return !edited || Date.parse(comment.updatedAt) < Date.parse(trigger);
}
