import type { Pictures } from "../forge/forge.ts";
import type { ExtrasOrder } from "../kugetsu/extras/order.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { parseRef } from "../kugetsu/ref.ts";
import type { Source, TurnReport } from "../kugetsu/turn.ts";
import { branchOf, planBranch } from "./branch.ts";
import { extrasOf } from "./extras.ts";
import type { ForgeWork, Work } from "./handler.ts";
import { patiently } from "./patiently.ts";
import { isOnPullRequest, numberOf, planPullRequest, whyOver } from "./pull-request.ts";
import { sameRepository } from "./same-repository.ts";
import { publish, type Publication } from "./publish.ts";

/** Where the repository of a job is reached, and what becomes of the work there. */
export interface JobRepository {
  /** What the forge calls it; undefined where no forge is asked. */
  readonly id: number | undefined;
  /** Where people read the issue, if that is known. */
  readonly issueUrl: string | undefined;
  /** The pictures in the words there; undefined where no forge is asked. */
  readonly pictures: Pictures | undefined;
  readonly source: () => Promise<Source>;
  /** @throws KugetsuError `failed` for a repository without a commit */
  readonly defaultBranch: () => Promise<string>;
  /** Why no turn is to begin, in words for people; undefined when one may. */
  readonly whyOver: () => Promise<string | undefined>;
  /** The branch that the turn works on, and its tip there; undefined when it is not there yet. */
  readonly plan: () => Promise<{
    readonly branch: string;
    readonly head: string | undefined;
    /** What the work is meant for, where that is not for us to choose. */
    readonly base?: string | undefined;
  }>;
  /** What of submodules and LFS files may be fetched; undefined: nothing. */
  readonly extras: () => Promise<ExtrasOrder | undefined>;
  /** Pushes the work and opens a pull request; undefined: it stays in the worktree. */
  readonly publish:
    | ((report: TurnReport, onConflict: "tell" | "elsewhere") => Promise<Publication>)
    | undefined;
}

/** A repository on a configured forge. */
export function onForge(work: ForgeWork): JobRepository {
  const { forge, job } = work;
  const { owner, name, id } = job.repository;
  const isPull = isOnPullRequest(job);
  const number = numberOf(job);
  const defaultBranch = once(async () => {
    const repository = await patiently(work, "ask about the repository", () =>
      sameRepository(work),
    );
    if (!repository.empty) return repository.defaultBranch;
    throw emptyRepository();
  });
  return {
    id,
    // Of a pull request it leads on to that.
    issueUrl: number === 0 ? undefined : `${forge.url}/${owner}/${name}/issues/${number}`,
    pictures: forge.pictures({ owner, name, number: job.issueNumber }),
    source: async () => {
      await patiently(work, "ask about the repository", () => sameRepository(work));
      const credentials = await forge.credentials(owner, name);
      return { url: forge.cloneUrl(owner, name), credentials };
    },
    defaultBranch,
    extras: async () => extrasOf(work, await defaultBranch()),
    whyOver: async () =>
      isPull ? patiently(work, "read the pull request", () => whyOver(work)) : undefined,
    plan: () =>
      patiently(work, "ask about the branch", () =>
        isPull ? planPullRequest(work) : planBranch(work),
      ),
    publish: (report, onConflict) => publish(work, report, onConflict),
  };
}

/** A repository that git reaches, and no forge that is configured. */
export function withoutForge(work: Work): JobRepository {
  const { job, kugetsu, signal } = work;
  const ref = parseRef(job.ref);
  return {
    id: undefined,
    issueUrl: undefined,
    pictures: undefined,
    source: () => kugetsu.source(ref),
    defaultBranch: once(async () => {
      const source = await kugetsu.source(ref);
      const branch = await kugetsu.defaultBranch(source, signal);
      if (branch !== undefined) return branch;
      throw emptyRepository();
    }),
    extras: async () => undefined,
    whyOver: async () => undefined,
    plan: async () => {
      const session = await kugetsu.session(job.ref);
      return { branch: session?.branch ?? branchOf(job, 1), head: undefined };
    },
    publish: undefined,
  };
}

function emptyRepository(): KugetsuError {
  return new KugetsuError("failed", "The repository has no commit yet. Push a first one.");
}

/** A `start` over a session asks before it gives that up, and again when it begins. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}
