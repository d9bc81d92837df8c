import { isMentionOf } from "../command.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { Comment, Forge, Issue, Repository } from "../forge/forge.ts";
import type { Job } from "../jobs/job.ts";
import { isBot } from "./bots.ts";
import { findSetting } from "./setting.ts";
import { findWords } from "./words.ts";

/** What the forge itself says about the act that a delivery told. */
export type ConfirmedAct =
  | {
      readonly kind: "confirmed";
      readonly repository: Repository;
      readonly issue: Issue;
      /** Which act it is, and which are one with it: see the admission. */
      readonly act: string;
      readonly sameAs: readonly string[];
      /** When the words got as they are, or the label or assignee was set; ISO 8601. */
      readonly at: string;
      /** Somebody may have had a hand in the words since they were written; the forge does not say who. */
      readonly mayBeEdited: boolean;
      /** It gave its order, or nobody's notice, long ago. */
      readonly isOld: boolean;
      /**
       * All comments of the issue, for the snapshot: asked along, since the acknowledgement waits for it. None for what
       * needs no agent.
       */
      readonly comments: readonly Comment[];
    }
  | { readonly kind: "denied"; readonly why: string };

/** Reads the act again, by its id: who did it, where and what must be as the delivery said. */
export async function confirmAct(forge: Forge, job: Job): Promise<ConfirmedAct> {
  const { owner, name } = job.repository;
  const bot = await forge.self();
  for (const person of [job.actor, job.author]) {
    if (person.id === bot.id) return denied("the bot wrote it itself");
    if (isBot(person)) return denied(`${person.login} is a bot`);
  }
  if (job.mention !== undefined && !isMentionOf(bot.login, job.mention))
    return denied("it is said to somebody else");
  const at = { owner, name, number: job.issueNumber };
  const asked = missing(forge.issue(at));
  const [repository, issue, found, [comments]] = await Promise.all([
    missing(forge.repository(owner, name)),
    asked,
    job.trigger === "label" || job.trigger === "assignment"
      ? missing(findSetting(forge, job, bot, asked))
      : missing(findWords(forge, job, asked)),
    // Of an issue that is gone Gitea answers 500 here: that alone must not keep the job waiting for ever.
    Promise.allSettled([job.lane === "quick" ? [] : forge.comments(at)]),
  ]);
  if (repository === undefined) return denied("the forge knows no such repository");
  if (repository.id !== job.repository.id) return denied("the repository has another id");
  if (repository.archived) return denied("the repository is archived");
  if (issue === undefined) return denied("the forge knows no such issue");
  if (found === undefined) return denied("the forge knows no such act");
  if ("denied" in found) return denied(found.denied);
  if (comments.status === "rejected") throw comments.reason;
  return { kind: "confirmed", repository, issue, ...found, comments: comments.value };
}

function denied(why: string): ConfirmedAct {
  return { kind: "denied", why };
}

async function missing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof KugetsuError && error.code === "not_found") return undefined;
    throw error;
  }
}
