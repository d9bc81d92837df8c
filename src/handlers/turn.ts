import { randomBytes } from "node:crypto";
import { buildPrompt } from "../prompt.ts";
import { code, extraNote, logsCommand, plain, statusFinal, statusWorking } from "../reply.ts";
import type { Session } from "../kugetsu/db/sessions.ts";
import { parseRef } from "../kugetsu/ref.ts";
import type { Tokens } from "../kugetsu/runner.ts";
import type { TurnOrder, TurnReport } from "../kugetsu/turn.ts";
import type { Job } from "../jobs/job.ts";
import type { Thread } from "../thread.ts";
import { reasonOf, wasCutOff } from "./cut-off.ts";
import type { HandlerEnd, Work } from "./handler.ts";
import { patiently } from "./patiently.ts";
import type { JobRepository } from "./repository.ts";
import { turnPictures, type TurnPictures } from "./pictures.ts";
import { aboutOf, isOnOwnPullRequest, isOnPullRequest } from "./pull-request.ts";
import { newTo } from "./new-to.ts";
import { titleOf } from "./title.ts";
import { followProgress } from "./progress.ts";
import type { Publication } from "./publish.ts";

/** What the agent is asked, apart from what stands in the thread. */
export interface Order {
  readonly message: string;
  readonly context: string;
  /** Who gives it, where it is not the commenter. */
  readonly by?: string;
  /** Said in the report; Markdown. */
  readonly note?: string;
  /** Refs under which the work of an earlier worktree was kept. */
  readonly kept?: readonly string[];
}

/** The whole of one turn: branch, agent, push, pull request, report. Used by every verb that makes an agent work. */
export async function takeTurn(
  work: Work,
  repository: JobRepository,
  order: Order,
): Promise<HandlerEnd> {
  const earlier = earlierReport(work.job);
  // What is done is published all the same.
  const over = earlier === undefined ? await repository.whyOver() : undefined;
  if (over !== undefined) return { state: "done", words: over };
  const report = earlier ?? (await runTurn(work, repository, order));
  if (earlier === undefined) await noteReport(work, report);
  if (report.result.outcome !== "finished") return ended(work, report, undefined);
  await noteSeen(work);
  const { publish } = repository;
  if (publish === undefined)
    return ended(work, { ...report, notes: [...report.notes, local(work)] }, undefined);
  if (report.merge === "begun") return mergeAndPublish(work, repository, report);
  const onConflict = report.merge === "done" ? "elsewhere" : "tell";
  const publication = await publish(report, onConflict);
  if (publication.conflicts.length === 0) return ended(work, report, publication);
  return mergeAndPublish(work, repository, report);
}

function local({ job }: Work): string {
  const { instance } = parseRef(job.ref);
  return `No forge is configured for ${code(instance)}, so the branch stays in the worktree and nothing is pushed.`;
}

/** The newest comment that the agent was told of, so that it is told once. */
async function noteSeen({ job, kugetsu }: Work): Promise<void> {
  // What was said in the issue before a comment of its pull request is not told by that.
  if (isOnOwnPullRequest(job)) return;
  const { trigger = "comment", commentId, thread } = job;
  const told = (thread?.comments ?? []).filter(({ place }) => place === undefined);
  const ids = [...(trigger === "comment" ? [commentId] : []), ...told.map(({ id }) => id)];
  await kugetsu.seen(job.ref, Math.max(0, ...ids));
}

/** Other people pushed while the agent worked: it merges their commits itself, once, before another branch is taken. */
async function mergeAndPublish(
  work: Work,
  repository: JobRepository,
  report: NotedReport,
): Promise<HandlerEnd> {
  await noteReport(work, { ...report, merge: "begun" });
  const both = joined(report, await runTurn(work, repository, MERGE));
  if (both.result.outcome !== "finished") return ended(work, both, undefined);
  await noteReport(work, both);
  return ended(work, both, await repository.publish?.(both, "elsewhere"));
}

const MERGE: Order = {
  message:
    "Other people pushed to the branch while you worked. Resolve the conflicts of the merge that is in progress so that their work and yours both stay, check the result, and commit the merge.",
  context: "",
  by: "kugetsu",
};

const MERGED =
  "Other people pushed in the meantime, with conflicts; the agent merged their commits.";

/** A turn and the merge that followed it, in one report. */
function joined(first: NotedReport, second: NotedReport): NotedReport {
  const { result } = second;
  const isMerged = result.outcome === "finished";
  const texts = [first.result.text, result.text].filter((text) => text !== "");
  return {
    ...second,
    result: {
      ...result,
      text: texts.join("\n\n"),
      durationMs: first.result.durationMs + result.durationMs,
      tokens: added(first.result.tokens, result.tokens),
      cost:
        first.result.cost === undefined || result.cost === undefined
          ? undefined
          : first.result.cost + result.cost,
    },
    commits: [...first.commits, ...second.commits],
    committedForAgent: first.committedForAgent || second.committedForAgent,
    kept: [...first.kept, ...second.kept],
    leftOut: [...first.leftOut, ...second.leftOut],
    // The second turn was in the same worktree, and tells all the rest of it again.
    extras: [
      ...(first.extras ?? []).filter(({ kind }) => kind === "put_back"),
      ...(second.extras ?? []),
    ],
    // What the merge brought in is other people's work.
    diffstat: first.diffstat,
    notes: [...first.notes, ...second.notes, ...(isMerged ? [MERGED] : [])],
    merge: "done",
  };
}

function added(first: Tokens | undefined, second: Tokens | undefined): Tokens | undefined {
  if (first === undefined || second === undefined) return undefined;
  return {
    input: first.input + second.input,
    output: first.output + second.output,
    cached: first.cached + second.cached,
  };
}

/** A report as it is written down for a resume. */
interface NotedReport extends TurnReport {
  /** The agent is to merge what other people pushed, or has done so: then a further conflict goes to another branch. */
  readonly merge?: "begun" | "done";
  /** What people should know of how it began; Markdown. */
  readonly notes: readonly string[];
}

async function runTurn(work: Work, repository: JobRepository, order: Order): Promise<NotedReport> {
  const { job, kugetsu, onActivity } = work;
  await using progress = followProgress(work, statusWorking);
  const preparing = "preparing the worktree";
  progress.update({ kind: "starting", text: preparing });
  onActivity({ kind: "note", text: preparing });
  const session = await kugetsu.session(job.ref, repository.id);
  const defaultBranch = session === undefined ? await repository.defaultBranch() : undefined;
  const { branch, head, base: given } = await repository.plan();
  // Another branch starts from what is the default branch now.
  const isSame = session?.branch === branch;
  const base =
    given ??
    (isSame ? session.base : undefined) ??
    defaultBranch ??
    (await repository.defaultBranch());
  const anew =
    isSame || session?.branch === undefined
      ? []
      : [
          `The pull request of ${code(session.branch)} was merged or closed, or the branch is no longer mine, so this starts anew from ${code(isOnPullRequest(job) ? branch : base)}. The earlier commits are on ${code(session.branch)}.`,
        ];
  // What kugetsu asks of itself stands in no text of the thread.
  const pictures = turnPictures(work, order.by === undefined ? repository.pictures : undefined);
  const report = await kugetsu.start({
    ref: parseRef(job.ref),
    repositoryId: repository.id,
    source: await repository.source(),
    base,
    branch,
    extras: await repository.extras(),
    forgeHead: head,
    requestedBy: job.actor.login,
    subject: plain(titleOf(job), 60),
    prompt: promptOf(work, repository.issueUrl, order, session, anew, pictures),
    limits: await work.settings.limits(),
    signal: work.signal,
    resumed: work.resumed,
    onProgress: progress.update,
    onActivity,
    onBegin: () => work.note({ began: true }),
    patiently: (what, act) => patiently(work, what, act),
  });
  return {
    ...report,
    kept: [...(order.kept ?? []), ...report.kept],
    notes: [
      ...(order.note === undefined ? [] : [order.note]),
      ...anew,
      ...pictures.notes(report.result),
    ],
  };
}

/** From here on a resume does not run the agent again. */
async function noteReport(work: Work, report: NotedReport): Promise<void> {
  if (!wasCutOff(report.result)) await work.note({ report });
}

function promptOf(
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

/** The report of a turn that an earlier life of the server finished, but did not get to publish. */
function earlierReport(job: Job): NotedReport | undefined {
  const report = job.notes["report"];
  return report === undefined ? undefined : (report as NotedReport);
}

function ended(work: Work, report: NotedReport, publication: Publication | undefined): HandlerEnd {
  const { job } = work;
  const { result } = report;
  const failed = publication?.failure;
  const outcome = result.outcome === "finished" && failed !== undefined ? "failed" : result.outcome;
  const reason = failed ?? reasonOf(result, work.signal);
  const pull = publication?.pull;
  return {
    state: outcome === "finished" ? "done" : outcome,
    words: statusFinal({
      outcome,
      summary: result.text,
      whole: logsCommand(job),
      reason,
      diffstat: report.diffstat,
      branch: publication?.branch ?? report.branch,
      pushed: publication?.branch !== undefined,
      ...(pull === undefined
        ? {}
        : { pull: { number: pull.number, url: pull.webUrl, created: pull.created } }),
      commits: report.commits.length,
      committedForAgent: report.committedForAgent,
      foundOn: report.foundOn,
      notes: [...report.notes, ...(publication?.notes ?? []), ...notTaken(report)],
      kept: [...report.kept, ...(publication?.kept ?? [])],
      durationMs: result.durationMs,
      tokens: result.tokens,
      cost: result.cost,
      verb: job.verb ?? "fix",
      login: job.actor.login,
      advice: publication?.advice ?? (result.limit === "disk" ? NO_ROOM : undefined),
    }),
    wasCutOff: wasCutOff(result),
    tell: {
      // Who reviews somebody's pull request is not for the bot to say.
      pull: pull?.number === job.issueNumber && isOnPullRequest(job) ? undefined : pull?.number,
      alreadyAsked: pull?.reviewers.includes(job.actor.login) ?? false,
    },
    result: {
      outcome,
      text: result.text,
      reason: outcome === "finished" ? "" : reason,
      session: result.sessionId,
      branch: publication?.branch ?? report.branch,
      pushed: publication?.branch !== undefined,
      pull: pull?.webUrl,
      commits: report.commits,
      kept: [...report.kept, ...(publication?.kept ?? [])],
      notes: [...report.notes, ...(publication?.notes ?? []), ...notTaken(report)],
      durationMs: result.durationMs,
      tokens: result.tokens,
      cost: result.cost,
    },
  };
}

const NO_ROOM =
  "When there is room again, `/kugetsu continue <message>` goes on from here, and `/kugetsu retry` gives the same order again.";

function notTaken(report: TurnReport): string[] {
  return [...leftOut(report), ...(report.extras ?? []).map(extraNote)];
}

function leftOut({ leftOut: names }: TurnReport): string[] {
  if (names.length === 0) return [];
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return [`Not taken over: ${names.slice(0, 5).map(code).join(", ")}${more}.`];
}
