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
  const bot = await forge.self();
  const trigger = Date.parse(act.comment.updatedAt);
  return {
    title: act.issue.title === job.issueTitle ? act.issue.title : "",
    body: act.issue.body === job.issueBody ? act.issue.body : "",
    author: act.issue.author,
    comments: act.comments
      .filter(({ id, author }) => id !== job.commentId && author.id !== bot.id)
      .filter(
        (comment) => wasThere(comment, job.commentId, trigger) && asAtTrigger(comment, trigger),
      )
      .map(({ id, author, body, createdAt }) => ({ id, author, body, createdAt })),
  };
}

/** Ids grow with time. Before an edit, comments may have come after the edited one. */
function wasThere(comment: Comment, commanding: number, trigger: number): boolean {
  return comment.id < commanding || Date.parse(comment.createdAt) < trigger;
}

/** Never edited, or edited before the trigger. Forges tell whole seconds, so the trigger's own second is too late. */
function asAtTrigger(comment: Comment, trigger: number): boolean {
  const edited = comment.updatedAt !== comment.createdAt;
  return !edited || Date.parse(comment.updatedAt) < trigger;
}
