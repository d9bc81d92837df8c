import { KugetsuError, safeMessage } from "../kugetsu/errors.ts";
import { parseRef } from "../kugetsu/ref.ts";
import type { Published, TurnReport } from "../kugetsu/turn.ts";
import type { PullRequest } from "../forge/forge.ts";
import { code, logsCommand, pullRequestBody, pullRequestTitle } from "../reply.ts";
import type { ForgeWork } from "./handler.ts";
import { Later } from "./later.ts";
import { patiently } from "./patiently.ts";
import { branchOf } from "./branch.ts";
import { isOnPullRequest, numberOf, pullRequestOf } from "./pull-request.ts";
import { sameRepository } from "./same-repository.ts";
import { titleOf } from "./title.ts";

/** What became of a turn's commits on the forge. */
export interface Publication {
  /** Set when the work is on the forge. */
  readonly branch: string | undefined;
  readonly pull: (PullRequest & { readonly created: boolean }) | undefined;
  /** Said in the report. */
  readonly notes: readonly string[];
  /** Refs under which work was kept instead of pushed. */
  readonly kept: readonly string[];
  /** How to go on, where a retry would not help. */
  readonly advice: string | undefined;
  /** Files in which other people's commits conflict; nothing was pushed. */
  readonly conflicts: readonly string[];
  /** Why the job failed in spite of a finished turn. */
  readonly failure: string | undefined;
}

/**
 * Pushes the branch, proves that the forge has it, and opens the pull request when there is none.
 * @param onConflict what to do where other people's commits conflict: tell it, or push to another branch
 * @throws when the job is stopped, and `Later`
 */
export async function publish(
  work: ForgeWork,
  report: TurnReport,
  onConflict: "tell" | "elsewhere",
): Promise<Publication> {
  const calmly = <T>(what: string, act: () => Promise<T>) => patiently(work, what, act, true);
  try {
    const theirs = isOnPullRequest(work.job)
      ? await calmly("read the pull request", () => pullRequestOf(work))
      : undefined;
    const to = { theirs, branch: report.branch };
    const pushed = await calmly("push", () => push(work, to, onConflict));
    const published = await calmly("look at the branch", () => proveOnForge(work, to, pushed));
    if (published.kind !== "pushed") return notPushed(published);
    const { branch } = published;
    const onForge = { ...NOWHERE, branch, notes: notesOf(report, published) };
    try {
      const pull = await calmly("open the pull request", () =>
        openPull(work, { ...report, branch }, theirs),
      );
      return { ...onForge, pull };
    } catch (error) {
      if (work.signal.aborted || error instanceof Later) throw error;
      work.log.error({ err: error, job: work.job.id }, "The pull request could not be opened");
      return {
        ...onForge,
        failure: `The branch is pushed, but there is no pull request. ${safeMessage(error)}`,
      };
    }
  } catch (error) {
    // A finished turn is not a failed one because it was cut off here: it goes on, or says that it was stopped.
    if (work.signal.aborted || error instanceof Later) throw error;
    work.log.error({ err: error, job: work.job.id }, "The work could not be published");
    return {
      ...NOWHERE,
      failure: `The work is not pushed. ${safeMessage(error)}`,
      advice:
        "The work is kept in the session: `/kugetsu continue` pushes it along with what comes next.",
    };
  }
}

const NOWHERE: Publication = {
  branch: undefined,
  pull: undefined,
  notes: [],
  kept: [],
  conflicts: [],
  advice: undefined,
  failure: undefined,
};

/** Where a turn's work is to go. */
interface Destination {
  readonly branch: string;
  /** The pull request that the order was given on, where its branch is worked on. */
  readonly theirs: PullRequest | undefined;
}

async function push(
  work: ForgeWork,
  { branch, theirs }: Destination,
  onConflict: "tell" | "elsewhere",
): Promise<Published> {
  const { job, forge, kugetsu, settings, signal, mask } = work;
  await sameRepository(work);
  const { owner, name } = job.repository;
  const full = `${owner}/${name}`.toLowerCase();
  return kugetsu.publish({
    ref: parseRef(job.ref),
    repositoryId: job.repository.id,
    source: { url: forge.cloneUrl(owner, name), credentials: await forge.credentials(owner, name) },
    allowCi: settings.allowCiChanges.some((allowed) =>
      [full, `${forge.instance}/${full}`].includes(allowed.toLowerCase()),
    ),
    onConflict,
    ...(theirs === undefined
      ? {}
      : {
          stem: branchOf(job, 1),
          leaveBranch: theirs.head === branch && (theirs.state !== "open" || theirs.fromFork),
        }),
    holdsSecret: (text) => mask(text) !== text,
    signal,
  });
}

function notPushed(published: Exclude<Published, { kind: "pushed" }>): Publication {
  switch (published.kind) {
    case "nothing":
      return { ...NOWHERE, notes: ["There is no commit, so nothing was pushed."] };
    case "conflict":
      return { ...NOWHERE, conflicts: published.paths };
    case "secret":
      return {
        ...NOWHERE,
        kept: [published.kept],
        advice:
          "`/kugetsu reset` and `/kugetsu fix` begin anew: the secret stays in these commits, whatever is added to them.",
        failure:
          "The commits hold a secret that I know, such as a provider's key, so they were not pushed.",
      };
    case "protected":
      return {
        ...NOWHERE,
        kept: [published.kept],
        advice: `${code(`/kugetsu continue take back the changes of ${published.paths.slice(0, 3).join(", ")}`)} lets the rest be pushed; \`/kugetsu reset\` gives it all up.`,
        failure: `The change touches CI files (${listed(published.paths)}), and a push would run them with the repository's secrets, so it was not pushed. The operator can allow it with \`ALLOW_CI_CHANGES\`.`,
      };
    case "unresolved":
      return {
        ...NOWHERE,
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

const ELSEWHERE = {
  conflict:
    "conflicts with what other people pushed there. Merge one into the other, or close the pull request that you do not want.",
  not_ours: "is a branch that somebody else made.",
  moved: "moved under every push.",
  left: "is the branch of this pull request, which was merged or closed meanwhile.",
} as const;

function notesOf(
  report: TurnReport,
  { branch, merged, elsewhere }: Published & { kind: "pushed" },
): string[] {
  const notes = [];
  if (merged)
    notes.push("Commits that other people had pushed to the branch were merged in first.");
  if (elsewhere !== undefined) {
    const subject =
      elsewhere === "conflict" ? `The work on ${code(report.branch)}` : code(report.branch);
    notes.push(`${subject} ${ELSEWHERE[elsewhere]} So it went to ${code(branch)}.`);
  }
  return notes;
}

/**
 * What is reported as pushed is on the forge: git's word alone is not taken for it. Where somebody pushed right after,
 * the branch is looked at anew.
 */
async function proveOnForge(
  work: ForgeWork,
  to: Destination,
  published: Published,
): Promise<Published> {
  const { owner, name } = work.job.repository;
  const isThere = async (claim: Published) =>
    claim.kind !== "pushed" || (await work.forge.branch(owner, name, claim.branch)) === claim.sha;
  if (await isThere(published)) return published;
  const again = await push(work, to, "elsewhere");
  if (await isThere(again)) return again;
  // Seconds may pass until a forge has read what was pushed.
  throw new KugetsuError("unavailable", "The push went through, but the forge does not show it.");
}

async function openPull(
  work: ForgeWork,
  report: TurnReport,
  theirs: PullRequest | undefined,
): Promise<Publication["pull"]> {
  const { forge, job, mask } = work;
  const { defaultBranch } = await sameRepository(work);
  const { owner, name } = job.repository;
  const { branch } = report;
  if (theirs?.head === branch) return { ...theirs, created: false };
  // What did not fit on people's branch is offered to that branch.
  const target = theirs?.state === "open" ? theirs.head : report.base;
  const [existing, base] = await Promise.all([
    forge.pullRequest(owner, name, branch),
    forge.branch(owner, name, target),
  ]);
  if (existing?.state === "open") return { ...existing, created: false };
  const { text: summary } = report.result;
  const number = numberOf(job);
  const facts = {
    ...(theirs === undefined ? { issueNumber: number } : { issueNumber: 0, pullNumber: number }),
    summary,
    whole: logsCommand(job),
    requestedBy: job.actor.login,
    ref: job.ref,
  };
  const created = await forge.createPullRequest(owner, name, {
    title: mask(pullRequestTitle(titleOf(job))),
    body: mask(pullRequestBody(facts)),
    head: branch,
    // The branch that the work was made for may have been renamed since.
    base: base === undefined ? defaultBranch : target,
  });
  return { ...created, created: true };
}
