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

/** Asks the forge now, for everybody who had a hand in the words: the author, and the editor of an edit. */
export async function decideRight(
  forge: Forge,
  repository: Repository,
  job: Pick<Job, "actor" | "author" | "verb">,
  delegateAllow: readonly string[],
): Promise<Right> {
  const { author, actor } = job;
  // A forged name with the author's id is asked about as well, and found out.
  const isOne = actor.id === author.id && actor.login === author.login;
  const people = isOne ? [author] : [author, actor];
  for (const person of people) {
    const permission = await forge.permission(repository, person);
    if (permission.level === "unknown")
      return { may: false, why: "unknown", who: person, help: permission.help };
    if (!mayPush(permission)) return { may: false, why: "no_right", who: person };
    const named = delegateAllow.some((login) => login.toLowerCase() === person.login.toLowerCase());
    if (job.verb === "delegate" && permission.level !== "admin" && !named)
      return { may: false, why: "no_admin", who: person };
  }
  return { may: true };
}

function mayPush(permission: Permission): boolean {
  return permission.level === "write" || permission.level === "admin";
}
