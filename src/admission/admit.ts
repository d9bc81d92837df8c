import type { Person } from "../forge/event.ts";
import type { Forge, Issue } from "../forge/forge.ts";
import type { Admission, Admit } from "../jobs/contract.ts";
import type { Job } from "../jobs/job.ts";
import type { Log } from "../log.ts";
import { rejection } from "../jobs/acknowledge.ts";
import { isSilent } from "../jobs/silent.ts";
import { type Refusal, refusal } from "../reply.ts";
import { confirmAct } from "./confirm.ts";
import { decideRight } from "./right.ts";
import { snapshotThread } from "./snapshot.ts";
import type { ServedBy } from "./served.ts";

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
  readonly log: Log;
}

/** Decides whether a delivery's word becomes work: the forge confirms the act, and the actor's right. */
export function createAdmit(options: AdmitOptions): Admit {
  const { forge: forgeOf, served, turnsPerDay, turnsToday, log } = options;
  return async (job) => {
    const forge = forgeOf(job.forge);
    if (!served(job.repository)) return dropped("the operator does not serve this repository");
    const act = await confirmAct(forge, job);
    if (act.kind === "denied") return dropped(act.why);
    // A renamed or transferred repository still answers to the name that a payload may tell.
    if (!served(act.repository)) return dropped("the operator does not serve the repository now");
    const right = await decideRight(forge, act.repository, job, options);
    if (!right.may) {
      log.warn({ job: job.id, who: right.who.login, why: right.why, help: right.help }, "refused");
      return refused(job, { why: right.why, who: right.who });
    }
    if (act.issue.isPullRequest && job.verb !== undefined && job.verb !== "help") {
      return refused(job, { why: "pull_request", issue: await issueOf(forge, act.issue) });
    }
    if (job.lane !== "quick" && job.verb !== "reset" && (await turnsToday(job)) >= turnsPerDay) {
      log.warn({ job: job.id, who: job.actor.login, why: "TURNS_PER_DAY is used up" }, "refused");
      return refused(job, { why: "daily_limit", limit: turnsPerDay });
    }
    log.info(
      { job: job.id, ref: job.ref, verb: job.verb ?? job.word, actor: job.actor.login },
      "An order is admitted.",
    );
    const thread = job.lane === "quick" ? undefined : await snapshotThread(forge, job, act);
    return { kind: "queued", thread, act: act.act, sameAs: act.sameAs };
  };
}

function dropped(why: string): Admission {
  return { kind: "dropped", why };
}

function refused(
  job: Job,
  reason: { why: Refusal; who?: Person; issue?: number | undefined; limit?: number },
): Admission {
  // Nobody asked for anything: a label was taken away, by somebody whom it does not stop for.
  if (isSilent(job)) return dropped(reason.why);
  const { login } = reason.who ?? job.actor;
  return {
    kind: "refused",
    words: reason.why,
    say: rejection(job, refusal({ login, verb: job.verb ?? "help", ...reason })),
  };
}

/** The issue that a pull request of the bot's own is for. */
async function issueOf(forge: Forge, { author, body }: Issue): Promise<number | undefined> {
  const bot = await forge.self();
  const number = author.id === bot.id ? /\bFixes #([1-9]\d{0,9})\b/.exec(body)?.[1] : undefined;
  return number === undefined ? undefined : Number(number);
}
