import type { Comment, Forge, Issue } from "../forge/forge.ts";
import type { Job } from "../jobs/job.ts";
import type { Thread, ThreadComment } from "../thread.ts";
import type { ConfirmedAct } from "./confirm.ts";

/** Characters of a whole thread, and of one text in it. An agent is shown less; a job's row is to stay small. */
const MOST = 400_000;
const MOST_OF_ONE = 100_000;

/**
 * The thread as it was at the trigger. What was written or edited later is left out: its author may be somebody who
 * waited for a person with the right to say `fix`, and then changed what there is to be fixed. What is too much is cut,
 * and of the comments the oldest are left out.
 */
export async function snapshotThread(
  forge: Forge,
  job: Job,
  act: ConfirmedAct & { kind: "confirmed" },
): Promise<Thread> {
  const bot = await forge.self();
  const trigger = Date.parse(act.at);
  // Ids of other words are counted on their own.
  const commanding = (job.trigger ?? "comment") === "comment" ? job.commentId : 0;
  const title = act.issue.title === job.issueTitle ? act.issue.title : "";
  const body = act.issue.body === job.issueBody ? cut(act.issue.body) : "";
  const comments = act.comments
    .filter(({ id, author }) => id !== commanding && author.id !== bot.id)
    .filter((comment) => wasThere(comment, commanding, trigger) && asAtTrigger(comment, trigger))
    .map((comment) => commentOf(comment, trigger - 1));
  const order = act.comments.find(({ id }) => id === commanding);
  const orderAttached = attachedTo(order, trigger).attached;
  return {
    title,
    body,
    // What the order itself stands in, has its pictures since the trigger's own second.
    ...attachedTo(act.issue, job.trigger === "issue" ? trigger : trigger - 1),
    ...(orderAttached === undefined ? {} : { orderAttached }),
    author: act.issue.author,
    comments: newest(comments, MOST - title.length - body.length),
  };
}

/** The thread as it is now, for an order that whoever runs the bot gives with this in sight. */
export function threadNow(
  issue: Issue,
  comments: readonly Comment[],
  bot: { readonly id: number },
): Thread {
  const body = cut(issue.body);
  const said = comments
    .filter(({ author }) => author.id !== bot.id)
    .map((comment) => commentOf(comment, Infinity));
  return {
    title: issue.title,
    body,
    ...attachedTo(issue, Infinity),
    author: issue.author,
    comments: newest(said, MOST - issue.title.length - body.length),
  };
}

function commentOf(comment: Comment, until: number): ThreadComment {
  const { id, author, body, createdAt } = comment;
  return { id, author, body: cut(body), ...attachedTo(comment, until), createdAt };
}

/** The pictures beside a text that were there at that moment, in milliseconds since 1970. */
function attachedTo(
  words: Pick<Comment, "attached"> | undefined,
  until: number,
): { attached?: readonly string[] } {
  const there = (words?.attached ?? []).filter(({ createdAt }) => Date.parse(createdAt) <= until);
  return there.length === 0 ? {} : { attached: there.map(({ address }) => address) };
}

export function cut(text: string): string {
  return text.slice(0, MOST_OF_ONE).toWellFormed();
}

/** Characters that a thread has for its comments. */
export function roomFor({ title, body }: Pick<Thread, "title" | "body">): number {
  return MOST - title.length - body.length;
}

/** The newest comments that fit into so many characters, oldest first. */
export function newest(comments: readonly ThreadComment[], most: number): readonly ThreadComment[] {
  let left = most;
  const tooOld = comments.findLastIndex(({ body }) => {
    left -= body.length;
    return left < 0;
  });
  return comments.slice(tooOld + 1);
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
