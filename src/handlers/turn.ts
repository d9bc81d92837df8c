import { code, plain, statusWorking } from "../reply.ts";
import { parseRef } from "../kugetsu/ref.ts";
import type { Tokens } from "../kugetsu/runner.ts";
import type { Job } from "../jobs/job.ts";
import { wasCutOff } from "./cut-off.ts";
import type { HandlerEnd, Work } from "./handler.ts";
import type { NotedReport } from "./noted-report.ts";
import type { Order } from "./order.ts";
import { ended } from "./turn-end.ts";
import { promptOf } from "./turn-prompt.ts";
import { patiently } from "./patiently.ts";
import type { JobRepository } from "./repository.ts";
import { turnPictures } from "./pictures.ts";
import { isOnOwnPullRequest, isOnPullRequest } from "./pull-request.ts";
import { titleOf } from "./title.ts";
import { followProgress } from "./progress.ts";

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

/** The report of a turn that an earlier life of the server finished, but did not get to publish. */
function earlierReport(job: Job): NotedReport | undefined {
  const report = job.notes["report"];
  return report === undefined ? undefined : (report as NotedReport);
}
