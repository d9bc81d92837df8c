import { statusQueued } from "../reply.ts";
import type { Job } from "./job.ts";
import type { MessageTarget, NewMessage } from "./message.ts";
import { instanceIn } from "./servers.ts";
import { isSilent } from "./silent.ts";

/** What is said as soon as a job is admitted: a reaction on the words, and the status comment. */
export function acknowledgement(job: Job): NewMessage[] {
  if (isSilent(job)) return [];
  // What needs no agent is answered at once: its status comment begins with the answer.
  if (job.lane === "quick") return reaction(job, "eyes");
  return [
    ...reaction(job, "eyes"),
    statusMessage(job, statusQueued({ verb: job.verb ?? "help" }), true),
  ];
}

/** The job's one status comment; a later text edits it. */
export function statusMessage(job: Job, body: string, urgent: boolean): NewMessage {
  return {
    key: keyOf(job, "status"),
    forge: job.forge,
    kind: "status",
    target: targetOf(job),
    body,
    urgent,
  };
}

/** A refusal: a reaction, and one short comment for each person and issue. */
export function rejection(job: Job, words: string): NewMessage[] {
  const { actor } = job;
  return [
    ...reaction(job, "-1"),
    {
      key: `refusal:${job.forge}:${job.repository.id}:${job.issueNumber}:${actor.id}`,
      forge: job.forge,
      kind: "comment",
      target: targetOf(job),
      body: words,
    },
  ];
}

/** Tells whoever asked that it is over: an edited comment notifies nobody. */
export function told(job: Job, body: string, pull: { number: number } | undefined): NewMessage {
  const common = { key: keyOf(job, "told"), forge: job.forge };
  if (pull === undefined) return { ...common, kind: "comment", target: targetOf(job), body };
  return {
    ...common,
    kind: "review",
    target: { ...targetOf(job), pull: pull.number, login: job.actor.login },
    body,
  };
}

/** None where no words gave the order. */
function reaction(job: Job, name: "eyes" | "-1"): NewMessage[] {
  const target = reactionTarget(job);
  if (target === undefined) return [];
  const key = keyOf(job, `reaction:${name}`);
  return [{ key, forge: job.forge, kind: "reaction", target, body: name }];
}

function reactionTarget(job: Job): MessageTarget | undefined {
  const { commentId, trigger = "comment" } = job;
  switch (trigger) {
    case "comment":
      return { ...targetOf(job), commentId };
    case "review":
    case "review_comment":
      return { ...targetOf(job), commentId, place: trigger };
    case "issue":
      return { ...targetOf(job), place: trigger };
    case "label":
    case "assignment":
      return undefined;
    default:
      return trigger satisfies never;
  }
}

function targetOf(job: Job): MessageTarget {
  const { repository, issueNumber: number, ref } = job;
  return { instance: instanceIn(ref), owner: repository.owner, name: repository.name, number };
}

// What gave the order makes the key, and with it the hidden marker, unique on the forge also after a new database.
function keyOf(job: Job, what: string): string {
  return `${what}:${job.forge}:${job.repository.id}:${givenBy(job)}:${job.id}`;
}

function givenBy({ trigger = "comment", commentId, issueNumber, commentUpdatedAt }: Job): string {
  if (trigger === "comment") return String(commentId);
  if (commentId > 0) return `${trigger}-${commentId}`;
  return `${trigger}-${issueNumber}-${Date.parse(commentUpdatedAt)}`;
}
