import { code, extraNote, logsCommand, statusFinal } from "../reply.ts";
import type { TurnReport } from "../kugetsu/turn.ts";
import { reasonOf, wasCutOff } from "./cut-off.ts";
import type { HandlerEnd, Work } from "./handler.ts";
import type { NotedReport } from "./noted-report.ts";
import type { Publication } from "./publish.ts";
import { isOnPullRequest } from "./pull-request.ts";

/** The end of a job whose turn is over; `publication`: what became of it on the forge, if that was tried. */
export function ended(
  work: Work,
  report: NotedReport,
  publication: Publication | undefined,
): HandlerEnd {
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
