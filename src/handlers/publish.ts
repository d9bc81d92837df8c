import { KugetsuError, safeMessage } from "../kugetsu/errors.ts";
import { parseRef } from "../kugetsu/ref.ts";
import type { Published, TurnReport } from "../kugetsu/turn.ts";
import type { PullRequest } from "../forge/forge.ts";
import { code, pullRequestBody, pullRequestTitle } from "../reply.ts";
import type { Work } from "./handler.ts";
import { patiently } from "./patiently.ts";

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
  try {
    const published = await patiently(work, "push", () => push(work));
    if (published.kind !== "pushed") return notPushed(published);
    await patiently(work, "look at the branch", () => proveOnForge(work, published));
    const { branch } = published;
    const onForge = { ...NOWHERE, branch, notes: notesOf(report, published) };
    try {
      const pull = await patiently(work, "open the pull request", () =>
        openPull(work, report, branch),
      );
      return { ...onForge, pull };
    } catch (error) {
      work.log.error({ err: error, job: work.job.id }, "The pull request could not be opened");
      return {
        ...onForge,
        failure: `The branch is pushed, but there is no pull request. ${safeMessage(error)}`,
      };
    }
  } catch (error) {
    work.log.error({ err: error, job: work.job.id }, "The work could not be published");
    return { ...NOWHERE, failure: `The work is not pushed. ${safeMessage(error)}` };
  }
}

const NOWHERE: Publication = {
  branch: undefined,
  pull: undefined,
  notes: [],
  kept: [],
  failure: undefined,
};

function push({ job, forge, kugetsu, settings, signal }: Work): Promise<Published> {
  const { owner, name } = job.repository;
  const full = `${owner}/${name}`.toLowerCase();
  return kugetsu.publish({
    ref: parseRef(job.ref),
    source: { url: forge.cloneUrl(owner, name), credentials: forge.credentials() },
    allowCi: settings.allowCiChanges.some((allowed) => allowed.toLowerCase() === full),
    signal,
  });
}

function notPushed(published: Exclude<Published, { kind: "pushed" }>): Publication {
  switch (published.kind) {
    case "nothing":
      return { ...NOWHERE, notes: ["There is no commit, so nothing was pushed."] };
    case "protected":
      return {
        ...NOWHERE,
        kept: [published.kept],
        failure: `The change touches CI files (${listed(published.paths)}), and a push would run them with the repository's secrets, so it was not pushed. The operator can allow it with \`ALLOW_CI_CHANGES\`.`,
      };
    case "unresolved":
      return {
        ...NOWHERE,
        kept: [published.kept],
        failure: `The merge with what other people pushed is not resolved in ${listed(published.paths)}, so it was not pushed.`,
      };
    case "refused":
      return {
        ...NOWHERE,
        kept: [published.kept],
        failure: `The forge refused the push: ${code(published.words)}`,
      };
    default:
      return published satisfies never;
  }
}

function listed(paths: readonly string[]): string {
  return paths.slice(0, 10).map(code).join(", ");
}

function notesOf(report: TurnReport, { branch, merged }: Published & { kind: "pushed" }): string[] {
  const notes = [];
  if (merged)
    notes.push("Commits that other people had pushed to the branch were merged in first.");
  if (branch !== report.branch) {
    notes.push(`${code(report.branch)} could not take the work, so it went to ${code(branch)}.`);
  }
  return notes;
}

/** What is reported as pushed is on the forge: git's word alone is not taken for it. */
async function proveOnForge(
  { forge, job }: Work,
  { branch, sha }: Published & { kind: "pushed" },
): Promise<void> {
  const { owner, name } = job.repository;
  if ((await forge.branch(owner, name, branch)) === sha) return;
  // Seconds may pass until a forge has read what was pushed.
  throw new KugetsuError(
    "unavailable",
    `The push of ${branch} went through, but the forge does not show it.`,
  );
}

async function openPull(
  work: Work,
  report: TurnReport,
  branch: string,
): Promise<Publication["pull"]> {
  const { forge, job, mask } = work;
  const { owner, name } = job.repository;
  const existing = await forge.pullRequest(owner, name, branch);
  if (existing?.state === "open") return { ...existing, created: false };
  const { text: summary } = report.result;
  const facts = {
    issueNumber: job.issueNumber,
    summary,
    requestedBy: job.actor.login,
    ref: job.ref,
  };
  const created = await forge.createPullRequest(owner, name, {
    title: mask(pullRequestTitle(job.issueTitle)),
    body: mask(pullRequestBody(facts)),
    head: branch,
    base: report.base,
  });
  return { ...created, created: true };
}
