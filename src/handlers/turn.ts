import { randomBytes } from "node:crypto";
import { buildPrompt } from "../prompt.ts";
import { code, plain, statusFinal, statusWorking } from "../reply.ts";
import type { Session } from "../kugetsu/db/sessions.ts";
import { parseRef } from "../kugetsu/ref.ts";
import type { TurnOrder, TurnReport } from "../kugetsu/turn.ts";
import type { Job } from "../jobs/job.ts";
import { stopOf } from "../jobs/stop.ts";
import type { Thread } from "../thread.ts";
import { planBranch } from "./branch.ts";
import type { HandlerEnd, Work } from "./handler.ts";
import { patiently } from "./patiently.ts";
import { followProgress } from "./progress.ts";
import { publish, type Publication } from "./publish.ts";

/** What the agent is asked, apart from what stands in the thread. */
export interface Order {
  readonly message: string;
  readonly context: string;
}

/** The whole of one turn: branch, agent, push, pull request, report. Used by every verb that makes an agent work. */
export async function takeTurn(work: Work, order: Order): Promise<HandlerEnd> {
  const { job } = work;
  const report = earlierReport(job) ?? (await runTurn(work, order));
  if (report.result.outcome !== "finished") return { ...ended(work, report, undefined) };
  await work.kugetsu.seen(job.ref, job.commentId);
  const publication = await publish(work, report);
  return ended(work, report, publication);
}

async function runTurn(work: Work, order: Order): Promise<TurnReport> {
  const { job, forge, kugetsu } = work;
  const { owner, name } = job.repository;
  const progress = followProgress(work, statusWorking);
  progress.update({ kind: "starting", text: "preparing the worktree" });
  const ref = parseRef(job.ref);
  const [{ branch, head }, session] = await patiently(work, "ask about the branch", () =>
    Promise.all([planBranch(work), kugetsu.session(job.ref)]),
  );
  const base = session?.base ?? (await defaultBranch(work));
  const report = await kugetsu.start({
    ref,
    source: { url: forge.cloneUrl(owner, name), credentials: forge.credentials() },
    base,
    branch,
    forgeHead: head,
    requestedBy: job.actor.login,
    subject: plain(job.issueTitle, 60) || `Work on issue ${job.issueNumber}`,
    prompt: promptOf(work, order, session),
    limits: work.settings.limits,
    signal: work.signal,
    resumed: work.resumed,
    onProgress: progress.update,
    patiently: (what, act) => patiently(work, what, act),
  });
  await progress.end();
  // A turn that the server's end cut off is no report: it goes on after the restart.
  if (stopOf(work.signal)?.kind !== "shutdown") await work.note({ report });
  return report;
}

async function defaultBranch(work: Work): Promise<string> {
  const { owner, name } = work.job.repository;
  const asked = () => work.forge.repository(owner, name);
  return (await patiently(work, "ask about the repository", asked)).defaultBranch;
}

function promptOf(work: Work, order: Order, session: Session | undefined): TurnOrder["prompt"] {
  const { job, forge } = work;
  const { owner, name } = job.repository;
  const seen = session?.seenCommentId ?? undefined;
  return (facts) => {
    const briefed = seen !== undefined && facts.continued;
    return buildPrompt({
      role: briefed ? "continue" : "fix",
      ref: job.ref,
      issueUrl: `${forge.url}/${owner}/${name}/issues/${job.issueNumber}`,
      branch: facts.branch,
      base: facts.base,
      tempDir: facts.tempDir,
      instructions: briefed ? undefined : facts.instructions,
      ...threadFor(job.thread, briefed ? seen : undefined),
      context: order.context,
      message: order.message,
      actor: job.actor.login,
      notes: notes(work, facts),
      fence: randomBytes(9).toString("hex"),
    });
  };
}

/** In a conversation that knows the issue, only what was said since. */
function threadFor(thread: Thread | undefined, seen: number | undefined): { thread?: Thread } {
  if (thread === undefined) return {};
  if (seen === undefined) return { thread };
  const comments = thread.comments.filter(({ id }) => id > seen);
  return comments.length === 0 ? {} : { thread: { ...thread, body: "", comments } };
}

function notes(work: Work, facts: Parameters<TurnOrder["prompt"]>[0]): string[] {
  const lines = [];
  if (work.resumed)
    lines.push(
      "Your last turn on this order was interrupted. Look at what is already done, and go on.",
    );
  if (facts.conflicts.length > 0) {
    lines.push(
      `Other people pushed to this branch. A merge of their commits is in progress, with conflicts in: ${facts.conflicts.join(", ")}. Resolve them and commit the merge first.`,
    );
  } else if (facts.mergedFromForge) {
    lines.push(
      "Other people pushed to this branch since your last turn. Their commits are in your worktree now.",
    );
  }
  return lines;
}

/** The report of a turn that an earlier life of the server finished, but did not get to publish. */
function earlierReport(job: Job): TurnReport | undefined {
  const report = job.notes["report"];
  return report === undefined ? undefined : (report as TurnReport);
}

function ended(work: Work, report: TurnReport, publication: Publication | undefined): HandlerEnd {
  const { job } = work;
  const { result } = report;
  const failed = publication?.failure;
  const outcome = result.outcome === "finished" && failed !== undefined ? "failed" : result.outcome;
  const reason = failed ?? result.reason;
  const pull = publication?.pull;
  return {
    state: outcome === "finished" ? "done" : outcome,
    words: statusFinal({
      outcome,
      summary: result.text,
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
      notes: [...(publication?.notes ?? []), ...leftOut(report)],
      kept: [...report.kept, ...(publication?.kept ?? [])],
      durationMs: result.durationMs,
      tokens: result.tokens,
      cost: result.cost,
      verb: job.verb ?? "fix",
      login: job.actor.login,
    }),
    tell: { pull: pull?.number, alreadyAsked: pull?.reviewers.includes(job.actor.login) ?? false },
  };
}

function leftOut({ leftOut: names }: TurnReport): string[] {
  if (names.length === 0) return [];
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return [`Not taken over: ${names.slice(0, 5).map(code).join(", ")}${more}.`];
}
