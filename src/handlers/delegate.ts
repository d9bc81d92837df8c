import { randomBytes } from "node:crypto";
import { buildPrompt } from "../prompt.ts";
import { logsCommand, statusFinal, statusWorking } from "../reply.ts";
import type { Pictures } from "../forge/forge.ts";
import type { Job } from "../jobs/job.ts";
import { parseRef } from "../kugetsu/ref.ts";
import { PM_AGENT } from "../kugetsu/session/core.ts";
import type { DelegateReport } from "../kugetsu/session/delegate.ts";
import { reasonOf, wasCutOff } from "./cut-off.ts";
import type { Handler, HandlerEnd, Work } from "./handler.ts";
import { turnPictures } from "./pictures.ts";
import { followProgress } from "./progress.ts";

/** Gives a wider order to the repository's PM agent, and posts its answer. */
export const delegate: Handler = async (work) => {
  if (work.job.message === "") {
    return {
      state: "done",
      words: "What is to be done? Write it behind the verb: `/kugetsu delegate <message>`.",
    };
  }
  const { owner, name } = work.job.repository;
  const pictures = work.forge.pictures({ owner, name, number: work.job.issueNumber });
  return delegateTo(work, work.forge.url, pictures);
};

/** The turn of a PM agent. `forgeUrl`: where it may use its token; undefined for that of `init`, without any forge. */
export async function delegateTo(
  work: Work,
  forgeUrl: string | undefined,
  pictures?: Pictures,
): Promise<HandlerEnd> {
  const { job } = work;
  const report = earlierReport(job) ?? (await askAgent(work, forgeUrl, pictures));
  const { result, lacksToken, tokenName = "GITEA_TOKEN", notes: pictured = [] } = report;
  const notes = [
    ...(lacksToken
      ? [
          `The PM agent has no \`${tokenName}\`; the operator gives it one with \`kugetsu env set ${tokenName} - pm-agent\`.`,
        ]
      : []),
    ...pictured,
  ];
  return {
    state: result.outcome === "finished" ? "done" : result.outcome,
    words: statusFinal({
      outcome: result.outcome,
      summary: result.text,
      whole: logsCommand(job),
      reason: reasonOf(result, work.signal),
      commits: 0,
      committedForAgent: false,
      notes,
      durationMs: result.durationMs,
      tokens: result.tokens,
      cost: result.cost,
      verb: "delegate",
      login: job.actor.login,
    }),
    wasCutOff: wasCutOff(result),
    tell: { pull: undefined, alreadyAsked: false },
    result: {
      outcome: result.outcome,
      text: result.text,
      reason: result.outcome === "finished" ? "" : reasonOf(result, work.signal),
      session: result.sessionId,
      notes,
      durationMs: result.durationMs,
      tokens: result.tokens,
      cost: result.cost,
    },
  };
}

/** The answer that an earlier life of the server got, but did not get to post. */
function earlierReport(job: Job): NotedReport | undefined {
  const report = job.notes["report"];
  return report === undefined ? undefined : (report as NotedReport);
}

interface NotedReport extends DelegateReport {
  /** What people should know of how it began; Markdown. */
  readonly notes?: readonly string[];
}

async function askAgent(
  work: Work,
  forgeUrl: string | undefined,
  ownPictures: Pictures | undefined,
): Promise<NotedReport> {
  const { job, kugetsu, onActivity } = work;
  const { owner, name } = job.repository;
  // The operator's own order comes from no issue.
  const ref = job.ref === PM_AGENT ? undefined : parseRef(job.ref);
  await using progress = followProgress(work, statusWorking);
  const giving = "giving the order to the PM agent";
  progress.update({ kind: "starting", text: giving });
  onActivity({ kind: "note", text: giving });
  const pictures = turnPictures(work, ownPictures);
  const { thread, context, message } = job;
  const words = { ...(thread === undefined ? {} : { thread }), context, message };
  const done = await kugetsu.delegate({
    ref,
    repositoryId: ref === undefined ? undefined : job.repository.id,
    forgeUrl,
    client: work.pmClient,
    prompt: ({ tempDir }) =>
      pictures.prompt({ ...words, attached: thread?.orderAttached }, (pictured) =>
        buildPrompt({
          role: "delegate",
          about: job.isPullRequest ? "pull request" : "issue",
          ref: ref === undefined ? undefined : job.ref,
          issueUrl: ref && `${forgeUrl ?? ""}/${owner}/${name}/issues/${job.issueNumber}`,
          tempDir,
          ...words,
          actor: job.actor.login,
          notes: [...(work.resumed ? [INTERRUPTED] : []), ...pictured],
          fence: randomBytes(9).toString("hex"),
        }),
      ),
    limits: await work.settings.limits(),
    signal: work.signal,
    onProgress: progress.update,
    onActivity,
    onBegin: () => work.note({ began: true }),
  });
  const report = { ...done, notes: pictures.notes(done.result) };
  if (!wasCutOff(report.result)) await work.note({ report });
  return report;
}

const INTERRUPTED = "Your last turn on this order was interrupted. Look at what is already done.";
