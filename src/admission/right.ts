import type { Person } from "../forge/event.ts";
import type { Forge, Permission, Repository } from "../forge/forge.ts";
import type { Job } from "../jobs/job.ts";

/** Whether the actor may give this order; `unknown` fails closed. */
export type Right =
  | { readonly may: true }
  | {
      readonly may: false;
      readonly why: "no_right" | "no_admin" | "unknown";
      /** Whose right is missing: of an edited comment it may be the author's. */
      readonly who: Person;
      readonly help?: string;
    };

/** Lists of the operator's. */
export interface Allowed {
  /** Logins that may delegate although they administer nothing. */
  readonly delegateAllow: readonly string[];
  /** Logins, organisations and `organisation/team`s whose orders count where the forge does not tell their right. */
  readonly commandAllow: readonly string[];
}

/** Asks the forge now, for everybody who had a hand in the words: the author, and the editor of an edit. */
export async function decideRight(
  forge: Forge,
  repository: Repository,
  job: Pick<Job, "actor" | "author" | "verb">,
  allowed: Allowed,
): Promise<Right> {
  const { author, actor } = job;
  // A forged name with the author's id is asked about as well, and found out.
  const isOne = actor.id === author.id && actor.login === author.login;
  const people = isOne ? [author] : [author, actor];
  for (const person of people) {
    const permission = await forge.permission(repository, person);
    if (permission.level === "unknown") {
      // Only here: a forge that answers knows of a right that was taken away, and a list does not.
      if (!(await isNamed(forge, allowed.commandAllow, person)))
        return { may: false, why: "unknown", who: person, help: permission.help };
    } else if (!mayPush(permission)) return { may: false, why: "no_right", who: person };
    if (job.verb === "delegate" && !mayDelegate(permission, person, allowed))
      return { may: false, why: "no_admin", who: person };
  }
  return { may: true };
}

function mayPush({ level }: Permission): boolean {
  return level === "write" || level === "admin";
}

function mayDelegate({ level }: Permission, { login }: Person, { delegateAllow }: Allowed) {
  return (
    level === "admin" || delegateAllow.some((name) => name.toLowerCase() === login.toLowerCase())
  );
}

/** The forge says whom a word means, since a name alone may have passed to another account. */
async function isNamed(forge: Forge, words: readonly string[], person: Person): Promise<boolean> {
  for (const word of words) if (await forge.isNamed?.(word, person)) return true;
  return false;
}
