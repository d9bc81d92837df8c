import { randomBytes } from "node:crypto";
import { buildPrompt } from "../prompt.ts";
import { code, plain, statusFinal, statusWorking } from "../reply.ts";
import type { Session } from "../kugetsu/db/sessions.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { parseRef } from "../kugetsu/ref.ts";
import type { Tokens } from "../kugetsu/runner.ts";
import type { TurnOrder, TurnReport } from "../kugetsu/turn.ts";
import type { Job } from "../jobs/job.ts";
import type { Thread } from "../thread.ts";
import { planBranch } from "./branch.ts";
import { reasonOf, wasCutOff } from "./cut-off.ts";
import type { HandlerEnd, Work } from "./handler.ts";
import { patiently } from "./patiently.ts";
import { titleOf } from "./title.ts";
import { followProgress } from "./progress.ts";
import { publish, type Publication } from "./publish.ts";

/** What the agent is asked, apart from what stands in the thread. */
export interface Order {
  readonly message: string;
  readonly context: string;
  /** Who gives it, where it is not the commenter. */
  readonly by?: string;
  /** Said in the report; Markdown. */
  readonly note?: string;
}

/** The whole of one turn: branch, agent, push, pull request, report. Used by every verb that makes an agent work. */
export async function takeTurn(work: Work, order: Order): Promise<HandlerEnd> {
  const earlier = earlierReport(work.job);
  const report = earlier ?? (await runTurn(work, order));
  if (earlier === undefined) await noteReport(work, report);
  if (report.result.outcome !== "finished") return ended(work, report, undefined);
  await work.kugetsu.seen(work.job.ref, work.job.commentId);
  if (report.merge === "begun") return mergeAndPublish(work, report);
  const onConflict = report.merge === "done" ? "elsewhere" : "tell";
  const publication = await publish(work, report, onConflict);
  if (publication.conflicts.length === 0) return ended(work, report, publication);
  return mergeAndPublish(work, report);
}

/** Other people pushed while the agent worked: it merges their commits itself, once, before another branch is taken. */
async function mergeAndPublish(work: Work, report: NotedReport): Promise<HandlerEnd> {
  await noteReport(work, { ...report, merge: "begun" });
  const both = joined(report, await runTurn(work, MERGE));
  if (both.result.outcome !== "finished") return ended(work, both, undefined);
  await noteReport(work, both);
  return ended(work, both, await publish(work, both, "elsewhere"));
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

async function runTurn(work: Work, order: Order): Promise<NotedReport> {
  const { job, forge, kugetsu } = work;
  const { owner, name } = job.repository;
  await using progress = followProgress(work, statusWorking);
  progress.update({ kind: "starting", text: "preparing the worktree" });
  const session = await kugetsu.session(job.ref, job.repository.id);
  const defaultBranch = session === undefined ? await findDefaultBranch(work) : undefined;
  const { branch, head } = await patiently(work, "ask about the branch", () => planBranch(work));
  // Another branch starts from what is the default branch now.
  const isSame = session?.branch === branch;
  const base =
    (isSame ? session.base : undefined) ?? defaultBranch ?? (await findDefaultBranch(work));
  const anew =
    isSame || session?.branch === undefined
      ? []
      : [
          `The pull request of ${code(session.branch)} was merged or closed, or the branch is no longer mine, so this starts anew from ${code(base)}. The earlier commits are on ${code(session.branch)}.`,
        ];
  const report = await kugetsu.start({
    ref: parseRef(job.ref),
    repositoryId: job.repository.id,
    source: { url: forge.cloneUrl(owner, name), credentials: forge.credentials() },
    base,
    branch,
    forgeHead: head,
    requestedBy: job.actor.login,
    subject: plain(titleOf(job), 60),
    prompt: promptOf(work, order, session, anew),
    limits: await work.settings.limits(),
    signal: work.signal,
    resumed: work.resumed,
    onProgress: progress.update,
    onBegin: () => work.note({ began: true }),
    patiently: (what, act) => patiently(work, what, act),
  });
  return { ...report, notes: [...(order.note === undefined ? [] : [order.note]), ...anew] };
}

/** From here on a resume does not run the agent again. */
async function noteReport(work: Work, report: NotedReport): Promise<void> {
  if (!wasCutOff(report.result)) await work.note({ report });
}

/** @throws KugetsuError `failed` for a repository without a commit */
async function findDefaultBranch(work: Work): Promise<string> {
  const { owner, name } = work.job.repository;
  const asked = () => work.forge.repository(owner, name);
  const repository = await patiently(work, "ask about the repository", asked);
  if (!repository.empty) return repository.defaultBranch;
  throw new KugetsuError("failed", "The repository has no commit yet. Push a first one.");
}

function promptOf(
  work: Work,
  order: Order,
  session: Session | undefined,
  anew: readonly string[],
): TurnOrder["prompt"] {
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
      actor: order.by ?? job.actor.login,
      notes: [...anew, ...notes(work, facts)],
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
      `Other people pushed to this branch. The merge of their commits is not done: there are conflicts in ${facts.conflicts.join(", ")}. Resolve them and commit the merge first.`,
    );
  } else if (facts.mergedFromForge) {
    lines.push(
      "Other people pushed to this branch since your last turn. Their commits are in your worktree now.",
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
      notes: [...report.notes, ...(publication?.notes ?? []), ...leftOut(report)],
      kept: [...report.kept, ...(publication?.kept ?? [])],
      durationMs: result.durationMs,
      tokens: result.tokens,
      cost: result.cost,
      verb: job.verb ?? "fix",
      login: job.actor.login,
      advice: publication?.advice ?? (result.limit === "disk" ? NO_ROOM : undefined),
    }),
    wasCutOff: wasCutOff(result),
    tell: { pull: pull?.number, alreadyAsked: pull?.reviewers.includes(job.actor.login) ?? false },
  };
}

const NO_ROOM =
  "When there is room again, `/kugetsu continue <message>` goes on from here, and `/kugetsu retry` gives the same order again.";

function leftOut({ leftOut: names }: TurnReport): string[] {
  if (names.length === 0) return [];
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return [`Not taken over: ${names.slice(0, 5).map(code).join(", ")}${more}.`];
}
