import { randomBytes } from "node:crypto";
import { buildPrompt } from "../prompt.ts";
import type { Session } from "../kugetsu/db/sessions.ts";
import type { TurnOrder } from "../kugetsu/turn.ts";
import type { Job } from "../jobs/job.ts";
import type { Thread } from "../thread.ts";
import type { Work } from "./handler.ts";
import { newTo } from "./new-to.ts";
import type { Order } from "./order.ts";
import type { TurnPictures } from "./pictures.ts";
import { aboutOf, isOnOwnPullRequest } from "./pull-request.ts";

/** What a turn's agent is told, once it is known how its worktree stands. */
export function promptOf(
  work: Work,
  issueUrl: string | undefined,
  order: Order,
  session: Session | undefined,
  anew: readonly string[],
  pictures: TurnPictures,
): TurnOrder["prompt"] {
  const { job } = work;
  const seen = session?.seenCommentId ?? undefined;
  return (facts) => {
    const briefed = seen !== undefined && facts.continued;
    const words = {
      ...threadFor(job, briefed ? seen : undefined),
      context: contextOf(job, order, briefed),
      message: order.message,
    };
    const attached = job.thread?.orderAttached;
    return pictures.prompt({ ...words, attached }, (pictured) =>
      buildPrompt({
        role: briefed ? "continue" : "fix",
        about: aboutOf(job),
        ref: job.ref,
        issueUrl,
        branch: facts.branch,
        base: facts.base,
        tempDir: facts.tempDir,
        instructions: briefed ? undefined : facts.instructions,
        ...words,
        actor: order.by ?? job.actor.login,
        notes: [...anew, ...notes(work, facts), ...pictured],
        fence: randomBytes(9).toString("hex"),
      }),
    );
  };
}

/** An agent that is shown the issue's text finds there what stands before an order in it. */
function contextOf({ trigger }: Job, { context }: Order, briefed: boolean): string {
  return trigger === "issue" && !briefed ? "" : context;
}

/** In a conversation that knows the issue, only what was said since. */
function threadFor(job: Job, seen: number | undefined): { thread?: Thread } {
  const { thread } = job;
  if (thread === undefined) return {};
  if (seen === undefined) return { thread };
  // What was seen, was seen in the issue: which words of its pull request came after that, no id tells.
  const comments = isOnOwnPullRequest(job) ? thread.comments : newTo(thread, seen);
  return comments.length === 0
    ? {}
    : { thread: { ...thread, body: "", attached: undefined, comments } };
}

function notes(work: Work, facts: Parameters<TurnOrder["prompt"]>[0]): string[] {
  const lines = [...saidWhere(work.job)];
  if (work.resumed)
    lines.push(
      "Your last turn on this order was interrupted. Look at what is already done, and go on.",
    );
  if (facts.conflicts.length > 0) {
    lines.push(
      `Other people pushed to this branch. The merge of their commits is not done: there are conflicts in ${facts.conflicts.join(", ")}. Resolve them and commit the merge first.`,
    );
  } else if (facts.mergedFromForge) {
    lines.push(
      "Other people pushed to this branch since your last turn. Their commits are in your worktree now.",
    );
  }
  return [...lines, ...extrasThere(facts)];
}

function extrasThere({
  extras: { submodules, lfs },
}: Parameters<TurnOrder["prompt"]>[0]): string[] {
  const lines = [];
  if (submodules.length > 0) {
    lines.push(
      `The files of these submodules are there, without their repositories, to build and read: ${submodules.join(", ")}. Changes in them are not taken over.`,
    );
  }
  if (lfs > 0) {
    lines.push(
      "Files of Git LFS stand there with their content, and git is told not to look at them. Changes in them are not taken over.",
    );
  }
  return lines;
}

function saidWhere(job: Job): string[] {
  const lines = [];
  if (isOnOwnPullRequest(job))
    lines.push(
      `The order was given on pull request #${job.issueNumber}, which kugetsu opened for this issue. What is quoted below was said there, and there your last message is posted.`,
    );
  const at = job.thread?.orderAt;
  if (at !== undefined) {
    const line = at.line === undefined ? "" : `, line ${at.line}`;
    lines.push(
      `The order was written on a line of the pull request's changes: ${JSON.stringify(at.path.slice(0, 300))}${line}.`,
    );
  }
  return lines;
}
