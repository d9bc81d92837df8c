import type { Forge } from "../forge/forge.ts";
import type { Admission, Admit } from "../jobs/admission.ts";
import type { Job } from "../jobs/job.ts";
import type { Log } from "../jobs/log.ts";
import { rejection } from "../jobs/acknowledge.ts";
import { refusal } from "../reply.ts";
import { confirmAct } from "./confirm.ts";
import { decideRight } from "./right.ts";
import { snapshotThread } from "./snapshot.ts";
import type { ServedBy } from "./served.ts";

export interface AdmitOptions {
  readonly forge: (name: string) => Forge;
  readonly served: ServedBy;
  /** People (`login`) who may delegate although they administer nothing. */
  readonly delegateAllow: readonly string[];
  readonly log: Log;
  readonly now?: () => number;
}

/** Decides whether a delivery's word becomes work: the forge confirms the act, and the actor's right. */
export function createAdmit({
  forge: forgeOf,
  served,
  delegateAllow,
  log,
  now = Date.now,
}: AdmitOptions): Admit {
  return async (job) => {
    const forge = forgeOf(job.forge);
    if (!served(job.repository)) return dropped("the operator does not serve this repository");
    const act = await confirmAct(forge, job, now());
    if (act.kind === "denied") return dropped(act.why);
    const right = await decideRight(forge, act.repository, job, delegateAllow);
    if (!right.may) {
      log.warn(
        { job: job.id, actor: job.actor.login, why: right.why, help: right.help },
        "refused",
      );
      return refused(job, right.why);
    }
    return { kind: "queued", thread: await snapshotThread(forge, job, act) };
  };
}

function dropped(why: string): Admission {
  return { kind: "dropped", why };
}

function refused(job: Job, why: "no_right" | "no_admin" | "unknown"): Admission {
  return {
    kind: "refused",
    words: why,
    say: rejection(job, refusal({ login: job.actor.login, verb: job.verb ?? "help", why })),
  };
}
