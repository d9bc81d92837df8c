import { randomBytes } from "node:crypto";
import { buildPrompt } from "../prompt.ts";
import { statusFinal, statusWorking } from "../reply.ts";
import { parseRef } from "../kugetsu/ref.ts";
import type { Handler } from "./handler.ts";
import { followProgress } from "./progress.ts";

/** Gives a wider order to the repository's PM agent, and posts its answer. */
export const delegate: Handler = async (work) => {
  const { job, forge, kugetsu } = work;
  if (job.message === "") {
    return {
      state: "done",
      words: "What is to be done? Write it behind the verb: `/kugetsu delegate <message>`.",
    };
  }
  const { owner, name } = job.repository;
  const progress = followProgress(work, statusWorking);
  progress.update({ kind: "starting", text: "giving the order to the PM agent" });
  const { result, lacksToken } = await kugetsu.delegate({
    ref: parseRef(job.ref),
    forgeUrl: forge.url,
    prompt: ({ tempDir }) =>
      buildPrompt({
        role: "delegate",
        ref: job.ref,
        issueUrl: `${forge.url}/${owner}/${name}/issues/${job.issueNumber}`,
        tempDir,
        ...(job.thread === undefined ? {} : { thread: job.thread }),
        context: job.context,
        message: job.message,
        actor: job.actor.login,
        notes: work.resumed
          ? ["Your last turn on this order was interrupted. Look at what is already done."]
          : [],
        fence: randomBytes(9).toString("hex"),
      }),
    limits: work.settings.limits,
    signal: work.signal,
    onProgress: progress.update,
  });
  await progress.end();
  const notes = lacksToken
    ? [
        "The PM agent has no `GITEA_TOKEN`; the operator gives it one with `kugetsu env set GITEA_TOKEN - pm-agent`.",
      ]
    : [];
  return {
    state: result.outcome === "finished" ? "done" : result.outcome,
    words: statusFinal({
      outcome: result.outcome,
      summary: result.text,
      reason: result.reason,
      commits: 0,
      committedForAgent: false,
      notes,
      durationMs: result.durationMs,
      tokens: result.tokens,
      cost: result.cost,
      verb: "delegate",
      login: job.actor.login,
    }),
    tell: { pull: undefined, alreadyAsked: false },
  };
};
