import { placeOfPull } from "../admission/pull-request.ts";
import { withReviewWords } from "../admission/review-words.ts";
import { threadNow } from "../admission/snapshot.ts";
import type { RepositoryId } from "../forge/event.ts";
import type { Forge } from "../forge/forge.ts";
import { type NewJob, NO_FORGE } from "../jobs/job.ts";
import type { JobStore } from "../jobs/job-store.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { Kugetsu } from "../kugetsu/kugetsu.ts";
import { type IssueRef, parseRef, printRef } from "../kugetsu/ref.ts";
import { BASE, PM_AGENT } from "../kugetsu/session/core.ts";
import type { FoundName } from "../follow/name.ts";
import type { RepositoryName } from "../kugetsu/session/rename.ts";
import type { Thread } from "../thread.ts";
import type { Order, PlacedOrder } from "./order.ts";

export interface PlaceOptions {
  readonly store: JobStore;
  readonly kugetsu: Kugetsu;
  /** No server runs: the process that places the order works it off. */
  readonly unserved?: boolean;
  /** The configured forge whose address has that host, by the name of its route. */
  readonly forgeAt: (
    instance: string,
  ) => { readonly name: string; readonly forge: Forge } | undefined;
  /** What the refs of a repository call it, given what its forge does; default: the same. */
  readonly nameInRefs?: (found: FoundName) => Promise<RepositoryName>;
}

/**
 * Puts an order into the queue. What it is about is asked of the forge at once, where the ref is on a configured one.
 * @throws KugetsuError `not_found` before `init`, without a session to go on with, or for an issue that the forge does
 *   not know; `conflict` for a `start` while a turn of that issue runs or waits; as the forge does
 */
export async function placeOrder(options: PlaceOptions, order: Order): Promise<PlacedOrder> {
  const { store, kugetsu } = options;
  // Of the command line alone: a server makes what is missing by itself.
  if (order.parent === undefined) await assertInitialised(kugetsu);
  if (order.verb === "delegate") {
    const job = await store.submit({
      ...jobOf(options, order, PM_AGENT),
      lane: "pm",
      verb: "delegate",
    });
    return { job, ref: PM_AGENT };
  }
  const typed = parseRef(await store.spelled(printRef(parseRef(order.ref ?? ""))));
  const about = await lookUp(options.forgeAt(typed.instance), typed, order);
  // As the forge writes its names: it ignores their case, and a session is found by its ref.
  const { owner, name: repo } = await nameInRefs(options, typed, about);
  const { identifier } = about.ref === undefined ? typed : parseRef(about.ref);
  const ref = printRef({ ...typed, owner, repo, identifier });
  if (order.verb === "continue") await assertSession(kugetsu, ref, about.repository.id);
  const { thread, ref: _ref, ...rest } = about;
  const verb =
    order.verb === "start"
      ? ({ verb: "fix", anew: true } as const)
      : ({ verb: "continue" } as const);
  const newJob: NewJob = { ...jobOf(options, order, ref), ...rest, ...verb, lane: "dev" };
  const job = await store.submit(newJob, {
    alone: order.verb === "start",
    ...(thread === undefined ? {} : { thread }),
  });
  return { job, ref };
}

async function assertInitialised(kugetsu: Kugetsu): Promise<void> {
  const [base, pmAgent] = await Promise.all([kugetsu.session(BASE), kugetsu.session(PM_AGENT)]);
  if (base !== undefined && pmAgent !== undefined) return;
  const missing = base === undefined ? "base session" : "PM agent";
  throw new KugetsuError("not_found", `There is no ${missing} yet.`, {
    hint: "Run `kugetsu init` first (without a terminal: `kugetsu init --headless`).",
  });
}

async function assertSession(kugetsu: Kugetsu, ref: string, repositoryId: number): Promise<void> {
  const session = await kugetsu.session(ref, repositoryId === 0 ? undefined : repositoryId);
  if (session !== undefined) return;
  throw new KugetsuError("not_found", `There is no session for ${ref}.`, {
    hint: `\`kugetsu start ${ref} MESSAGE\` starts one; \`kugetsu list\` shows those that are there.`,
  });
}

interface About extends Pick<NewJob, "forge" | "repository" | "issueNumber" | "isPullRequest"> {
  /** Of a pull request: whose session works on it. */
  readonly ref?: string;
  readonly thread: Thread | undefined;
}

async function nameInRefs(
  options: PlaceOptions,
  { instance }: IssueRef,
  { forge, repository }: About,
): Promise<RepositoryName> {
  if (forge === NO_FORGE || options.nameInRefs === undefined) return repository;
  return options.nameInRefs({ forge, instance, repository });
}

/** What the forge says of the issue; without a forge, what the ref says. */
async function lookUp(
  at: { readonly name: string; readonly forge: Forge } | undefined,
  ref: IssueRef,
  order: Order,
): Promise<About> {
  const { owner, repo: name, identifier } = ref;
  const number = identifier.startsWith("-") ? 0 : Number(identifier);
  if (at === undefined)
    return {
      forge: NO_FORGE,
      repository: { id: 0, owner, name },
      issueNumber: number,
      isPullRequest: false,
      thread: undefined,
    };
  const { forge } = at;
  const found = await known(forge.repository(owner, name), `repository ${owner}/${name}`, forge);
  if (found.archived)
    throw new KugetsuError(
      "forbidden",
      `${owner}/${name} is archived: nothing can be pushed to it.`,
    );
  const repository: RepositoryId = { id: found.id, owner: found.owner, name: found.name };
  const about = { forge: at.name, repository, issueNumber: number, isPullRequest: false };
  if (number === 0) return { ...about, thread: undefined };
  const address = { owner, name, number };
  const issue = await known(forge.issue(address), `issue ${number} in ${owner}/${name}`, forge);
  const [bot, comments] = await Promise.all([forge.self(), forge.comments(address)]);
  const thread = threadNow(issue, comments, bot);
  if (!issue.isPullRequest) return { ...about, thread };
  const own = printRef({ ...ref, owner: found.owner, repo: found.name });
  const place = await placeOfPull(forge, { at: address, ref: own, repository: found });
  if (place.kind !== "session")
    throw new KugetsuError("failed", `${own} is a pull request ${NO_PLACE[place.kind]}`, {
      hint: "Name the issue that it is for.",
    });
  const read = await withReviewWords(
    forge,
    { repository, author: order.by, commentId: 0 },
    thread,
    // Whoever runs the bot sees all that is there.
    { issue, trigger: Infinity, isPatient: true, onUnreadable: () => undefined },
  );
  return { ...about, ref: place.ref, isPullRequest: true, thread: read };
}

const NO_PLACE = {
  fork: "from a fork, where the bot cannot push.",
  default_branch: "of the default branch, where the bot pushes nothing that nobody has reviewed.",
  missing: "that the forge does not show.",
} as const;

async function known<T>(asked: Promise<T>, what: string, forge: Forge): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof KugetsuError) || error.code !== "not_found") throw error;
    throw new KugetsuError("not_found", `${forge.url} has no ${what}, or the bot may not see it.`, {
      cause: error,
    });
  }
}

function jobOf({ unserved = false }: PlaceOptions, order: Order, ref: string): NewJob {
  const { by, message, parent, verb } = order;
  return {
    forge: NO_FORGE,
    ref,
    repository: { id: 0, owner: "", name: "" },
    issueNumber: 0,
    isPullRequest: false,
    origin: parent === undefined ? "cli" : "agent",
    ...(parent === undefined ? {} : { parent }),
    ...(unserved ? { unserved } : {}),
    commentId: 0,
    action: "created",
    commentUpdatedAt: "",
    commentBody: "",
    issueTitle: "",
    issueBody: "",
    author: by,
    actor: by,
    lane: "dev",
    verb: undefined,
    word: verb,
    message: message.trim(),
    context: "",
  };
}
