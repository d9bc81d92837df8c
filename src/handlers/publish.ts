import { KugetsuError, safeMessage } from "../kugetsu/errors.ts";
import { parseRef } from "../kugetsu/ref.ts";
import type { TurnReport } from "../kugetsu/turn.ts";
import type { PullRequest } from "../forge/forge.ts";
import { code, pullRequestBody, pullRequestTitle } from "../reply.ts";
import type { Work } from "./handler.ts";

/** What became of a turn's commits on the forge. */
export interface Publication {
  /** Set when the work is on the forge. */
  readonly branch: string | undefined;
  readonly pull: (PullRequest & { readonly created: boolean }) | undefined;
  /** Said in the report. */
  readonly notes: readonly string[];
  /** Refs under which work was kept instead of pushed. */
  readonly kept: readonly string[];
  /** Why the job failed in spite of a finished turn. */
  readonly failure: string | undefined;
}

/** Pushes the branch, proves that the forge has it, and opens the pull request when there is none. */
export async function publish(work: Work, report: TurnReport): Promise<Publication> {
  const { forge, job, kugetsu, settings } = work;
  const { owner, name } = job.repository;
  const allowCi = settings.allowCiChanges.some(
    (allowed) => allowed.toLowerCase() === `${owner}/${name}`.toLowerCase(),
  );
  try {
    const published = await kugetsu.publish({
      ref: parseRef(job.ref),
      source: { url: forge.cloneUrl(owner, name), credentials: forge.credentials() },
      allowCi,
      signal: work.signal,
    });
    switch (published.kind) {
      case "nothing":
        return nowhere({ notes: ["There is no commit, so nothing was pushed."] });
      case "protected":
        return nowhere({
          notes: [
            `Not pushed: the change touches CI files (${published.paths.slice(0, 10).map(code).join(", ")}), and a push would run them with the repository's secrets. The operator can allow it with \`ALLOW_CI_CHANGES\`.`,
          ],
          kept: [published.kept],
          failure: "The change touches CI files, and was not pushed.",
        });
      case "unresolved":
        return nowhere({
          kept: [published.kept],
          failure: `The merge with what other people pushed is not resolved in ${published.paths.slice(0, 10).map(code).join(", ")}.`,
        });
      case "refused":
        return nowhere({
          kept: [published.kept],
          failure: `The forge refused the push: ${code(published.words)}`,
        });
      case "pushed": {
        await proveOnForge(work, published.branch, published.sha);
        const notes = [];
        if (published.merged)
          notes.push("Commits that other people had pushed to the branch were merged in first.");
        if (published.branch !== report.branch) {
          notes.push(
            `${code(report.branch)} could not take the work, so it went to ${code(published.branch)}.`,
          );
        }
        const pull = await openPull(work, report, published.branch);
        return { branch: published.branch, pull, notes, kept: [], failure: undefined };
      }
      default:
        return published satisfies never;
    }
  } catch (error) {
    work.log.error({ err: error, job: job.id }, "the work could not be published");
    return nowhere({ failure: safeMessage(error) });
  }
}

function nowhere(part: Partial<Publication>): Publication {
  return { branch: undefined, pull: undefined, notes: [], kept: [], failure: undefined, ...part };
}

/** What is reported as pushed is on the forge: git's word alone is not taken for it. */
async function proveOnForge(work: Work, branch: string, sha: string): Promise<void> {
  const { owner, name } = work.job.repository;
  if ((await work.forge.branch(owner, name, branch)) === sha) return;
  throw new KugetsuError(
    "failed",
    `The push of ${branch} went through, but the forge does not show it.`,
  );
}

async function openPull(
  work: Work,
  report: TurnReport,
  branch: string,
): Promise<Publication["pull"]> {
  const { forge, job } = work;
  const { owner, name } = job.repository;
  const existing = await forge.pullRequest(owner, name, branch);
  if (existing?.state === "open") return { ...existing, created: false };
  const created = await forge
    .createPullRequest(owner, name, {
      title: pullRequestTitle(job.issueTitle),
      body: pullRequestBody({
        issueNumber: job.issueNumber,
        summary: report.result.text,
        requestedBy: job.actor.login,
        ref: job.ref,
      }),
      head: branch,
      base: report.base,
    })
    .catch(async (error: unknown) => {
      // An earlier life opened it and was killed before it knew: the forge says conflict.
      const pull =
        error instanceof KugetsuError &&
        error.code === "conflict" &&
        (await forge.pullRequest(owner, name, branch));
      if (pull !== undefined && pull !== false) return pull;
      throw error;
    });
  return { ...created, created: true };
}
