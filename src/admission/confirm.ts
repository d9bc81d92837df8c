import { KugetsuError } from "../kugetsu/errors.ts";
import type { Person } from "../forge/event.ts";
import type { Comment, Forge, Issue, Repository } from "../forge/forge.ts";
import type { Job } from "../jobs/job.ts";
import { isBot } from "./bots.ts";

/** What the forge itself says about the act that a delivery told. */
export type ConfirmedAct =
  | {
      readonly kind: "confirmed";
      readonly repository: Repository;
      readonly issue: Issue;
      readonly comment: Comment;
      /**
       * All comments of the issue, for the snapshot: asked along, since the acknowledgement waits for it. None for what
       * needs no agent.
       */
      readonly comments: readonly Comment[];
    }
  | { readonly kind: "denied"; readonly why: string };

// Whoever knows a hook's secret can sign an old comment again. What was older than a day when it came is never worked
// off; how long it then waits for a forge that is away does not count.
const OLDEST_MS = 24 * 60 * 60 * 1000;

/** Reads the comment again by its id: who wrote it, where and what must be as the delivery said. */
export async function confirmAct(forge: Forge, job: Job): Promise<ConfirmedAct> {
  const { owner, name } = job.repository;
  const bot = await forge.self();
  for (const person of [job.actor, job.author]) {
    if (person.id === bot.id) return denied("the bot wrote it itself");
    if (isBot(person)) return denied(`${person.login} is a bot`);
  }
  const at = { owner, name, number: job.issueNumber };
  const [repository, issue, comment, [comments]] = await Promise.all([
    missing(forge.repository(owner, name)),
    missing(forge.issue(at)),
    forge.comment(owner, name, job.commentId),
    // Of an issue that is gone Gitea answers 500 here: that alone must not keep the job waiting for ever.
    Promise.allSettled([job.lane === "quick" ? [] : forge.comments(at)]),
  ]);
  if (repository === undefined) return denied("the forge knows no such repository");
  if (repository.id !== job.repository.id) return denied("the repository has another id");
  if (repository.archived) return denied("the repository is archived");
  if (issue === undefined) return denied("the forge knows no such issue");
  if (comment === undefined) return denied("the forge knows no such comment");
  if (comment.issueNumber !== job.issueNumber)
    return denied("the comment belongs to another issue");
  if (!isSame(comment.author, job.author)) {
    return denied("somebody else wrote the comment");
  }
  if (comment.body !== job.commentBody) return denied("the comment has other words");
  if (job.action === "created" && !isSame(job.actor, comment.author)) {
    return denied("only its author can have created the comment");
  }
  if (job.createdAt - Date.parse(comment.updatedAt) > OLDEST_MS)
    return denied("the comment is older than a day");
  if (comments.status === "rejected") throw comments.reason;
  return { kind: "confirmed", repository, issue, comment, comments: comments.value };
}

function denied(why: string): ConfirmedAct {
  return { kind: "denied", why };
}

async function missing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof KugetsuError && error.code === "not_found") return undefined;
    throw error;
  }
}

/** By name as well: what is said to people, and whom the operator names, goes by it. */
function isSame(one: Person, other: Person): boolean {
  return one.id === other.id && one.login.toLowerCase() === other.login.toLowerCase();
}
