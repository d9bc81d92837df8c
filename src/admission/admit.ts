import type { Person } from "../forge/event.ts";
import type { Forge } from "../forge/forge.ts";
import type { Admission, Admit } from "../jobs/contract.ts";
import type { Job } from "../jobs/job.ts";
import type { Log } from "../log.ts";
import { rejection } from "../jobs/acknowledge.ts";
import { isSilent } from "../jobs/silent.ts";
import { type Refusal, refusal } from "../reply.ts";
import type { FoundName } from "../follow/name.ts";
import { parseRef, printRef } from "../kugetsu/ref.ts";
import type { RepositoryName } from "../kugetsu/session/rename.ts";
import type { Thread } from "../thread.ts";
import { confirmAct, type ConfirmedAct } from "./confirm.ts";
import { isEditorKnown } from "./editor.ts";
import { placeOfPull, type PullPlace } from "./pull-request.ts";
import { withReviewWords } from "./review-words.ts";
import { decideRight } from "./right.ts";
import { snapshotThread } from "./snapshot.ts";
import type { ServedBy } from "./served.ts";

/** After so many tries an order goes on without reviews that the forge fails to tell, as it may do for ever. */
const PATIENCE = 3;

export interface AdmitOptions {
  readonly forge: (name: string) => Forge;
  readonly served: ServedBy;
  /** People (`login`) who may delegate although they administer nothing. */
  readonly delegateAllow: readonly string[];
  /** Words of COMMAND_ALLOW: logins, organisations and `organisation/team`s. */
  readonly commandAllow: readonly string[];
  /** TURNS_PER_DAY of one person. */
  readonly turnsPerDay: number;
  /** How many turns this job's actor was given in the last 24 hours, without this one. */
  readonly turnsToday: (job: Job) => Promise<number>;
  /** What the refs of a repository call it, given what its forge does; default: the same. */
  readonly nameInRefs?: (found: FoundName) => Promise<RepositoryName>;
  readonly log: Log;
}

/** Decides whether a delivery's word becomes work: the forge confirms the act, and the actor's right. */
export function createAdmit(options: AdmitOptions): Admit {
  const { forge: forgeOf, served, turnsPerDay, turnsToday, log } = options;
  return async (job, { tries } = { tries: 0 }) => {
    const forge = forgeOf(job.forge);
    if (!served(job.repository)) return dropped("the operator does not serve this repository");
    const act = await confirmAct(forge, job);
    if (act.kind === "denied") return denied(act.why);
    // A renamed or transferred repository still answers to the name that a payload may tell.
    if (!served(act.repository)) return dropped("the operator does not serve the repository now");
    if (act.isOld) return dropped("the command is an old one, in words that were edited now");
    const right = await decideRight(forge, act.repository, job, options);
    if (!right.may) {
      log.warn({ job: job.id, who: right.who.login, why: right.why, help: right.help }, "refused");
      return refused(job, { ...right, act: act.act });
    }
    if (!(await isEditorKnown(forge, job, act))) {
      const help = "A hook of its own for the repository (`kugetsu forge watch`) tells who edited.";
      log.warn({ job: job.id, who: job.actor.login, why: "edited", help }, "refused");
      return refused(job, { why: "edited", help, act: act.act });
    }
    const place = await placeOf(forge, { ...job, ref: await refOf(forge, job, act, options) }, act);
    if (place.kind === "missing") return dropped("the forge knows no such pull request");
    if (place.kind !== "session") return refused(job, { why: place.kind, act: act.act });
    const { ref } = place;
    if (job.lane !== "quick" && job.verb !== "reset" && (await turnsToday(job)) >= turnsPerDay) {
      log.warn({ job: job.id, who: job.actor.login, why: "TURNS_PER_DAY is used up" }, "refused");
      return refused(job, { why: "daily_limit", limit: turnsPerDay, act: act.act });
    }
    log.info(
      { job: job.id, ref, verb: job.verb ?? job.word, actor: job.actor.login },
      "An order is admitted.",
    );
    const { isPullRequest } = act.issue;
    const { id, owner, name } = act.repository;
    const isAsTold = ref === job.ref && isPullRequest === job.isPullRequest;
    const isNamedSo = owner === job.repository.owner && name === job.repository.name;
    return {
      kind: "queued",
      thread: await threadOf(forge, job, act, { log, tries }),
      act: act.act,
      sameAs: act.sameAs,
      ...(isAsTold ? {} : { ref, isPullRequest }),
      ...(isNamedSo ? {} : { repository: { id, owner, name } }),
    };
  };
}

function dropped(why: string): Admission {
  return { kind: "dropped", why };
}

/** Of a story that is not the forge's own. */
function denied(why: string): Admission {
  return { kind: "dropped", why, denied: true };
}

function refused(
  job: Job,
  {
    act,
    help,
    ...reason
  }: { act: string; why: Refusal; who?: Person; limit?: number; help?: string | undefined },
): Admission {
  // Nobody asked for anything: a label was taken away, by somebody whom it does not stop for.
  if (isSilent(job)) return dropped(reason.why);
  const { login } = reason.who ?? job.actor;
  return {
    kind: "refused",
    words: reason.why,
    act,
    help,
    say: rejection(job, refusal({ login, verb: job.verb ?? "help", ...reason })),
  };
}

/** The issue's ref, whose names are never those of a payload: it may tell old ones. */
async function refOf(
  { instance }: Forge,
  { forge, ref }: Job,
  { repository }: Act,
  { nameInRefs = async () => repository }: Pick<AdmitOptions, "nameInRefs">,
): Promise<string> {
  const { owner, name: repo } = await nameInRefs({ forge, instance, repository });
  return printRef({ ...parseRef(ref), owner, repo });
}

type Act = ConfirmedAct & { readonly kind: "confirmed" };

/** Whose session an order belongs to. What is about no branch goes with the thread that it was written in. */
async function placeOf(forge: Forge, job: Job, { issue, repository }: Act): Promise<PullPlace> {
  const { ref, verb, issueNumber: number } = job;
  const isOfThread = verb === undefined || verb === "help" || verb === "delegate";
  if (!issue.isPullRequest || isOfThread) return { kind: "session", ref };
  const { owner, name } = job.repository;
  return placeOfPull(forge, { at: { owner, name, number }, ref, repository });
}

/** What an agent will read; undefined where none will. */
async function threadOf(
  forge: Forge,
  job: Job,
  act: Act,
  { log, tries }: { log: Log; tries: number },
): Promise<Thread | undefined> {
  if (job.lane === "quick") return undefined;
  const thread = await snapshotThread(forge, job, act);
  if (!act.issue.isPullRequest) return thread;
  const trigger = Date.parse(act.at);
  return withReviewWords(forge, job, thread, {
    issue: act.issue,
    trigger,
    isPatient: tries < PATIENCE,
    onUnreadable: (error) => {
      log.warn({ err: error, job: job.id }, "The reviews of the pull request cannot be read");
    },
  });
}
