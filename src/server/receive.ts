import { type Command, parseCommand, type Verb } from "../command.ts";
import type { WordsEvent, ForgeEvent, Person } from "../forge/event.ts";
import type { Lane, NewJob } from "../jobs/job.ts";
import { assertRef, printRef } from "../kugetsu/ref.ts";
import { KugetsuError } from "../kugetsu/errors.ts";

/** Where an event came from. */
export interface Origin {
  /** Name of the forge's route. */
  readonly forge: string;
  /** host[:port] of the configured forge: never what a payload says. */
  readonly instance: string;
  /** The bot's own account; undefined while the forge has not told it, then the admission alone keeps it out. */
  readonly bot: Person | undefined;
}

/** What an event asks for, or why it asks for nothing. */
export type Received = { readonly job: NewJob } | { readonly ignored: string };

const LANES = {
  fix: "dev",
  continue: "dev",
  retry: "dev",
  reset: "dev",
  delegate: "pm",
  status: "quick",
  stop: "quick",
  help: "quick",
} satisfies Record<Verb, Lane>;

/** Reads the command out of an event. Pure; nothing of it is checked with the forge yet. */
export function receive(event: ForgeEvent, origin: Origin): Received {
  if (event.kind !== "words") return { ignored: `nothing is done with ${event.kind}` };
  const { words: comment, actor } = event;
  const { bot } = origin;
  if (bot !== undefined && (actor.id === bot.id || comment.author.id === bot.id)) {
    return { ignored: "the bot's own comment" };
  }
  const command = parseCommand(comment.body, bot === undefined ? {} : { botLogin: bot.login });
  if (command === undefined) return { ignored: "no command" };
  // That a comment gives one order only, the admission decides: it knows whether an earlier text became one.
  if (event.action === "edited" && command.verb === undefined) return { ignored: "no command" };
  const ref = refOf(event, origin.instance);
  if (ref === undefined) return { ignored: "the repository's name cannot stand in an issue ref" };
  return { job: jobOf(event, command, { forge: origin.forge, ref }) };
}

function refOf({ repository, issue }: WordsEvent, instance: string): string | undefined {
  const ref = {
    instance,
    owner: repository.owner,
    repo: repository.name,
    identifier: String(issue.number),
  };
  try {
    assertRef(ref);
    return printRef(ref);
  } catch (error) {
    if (error instanceof KugetsuError) return undefined;
    throw error;
  }
}

function jobOf(event: WordsEvent, command: Command, at: { forge: string; ref: string }): NewJob {
  const { repository, issue, words: comment, actor, action } = event;
  return {
    ...at,
    ...command,
    repository,
    issueNumber: issue.number,
    isPullRequest: issue.isPullRequest,
    commentId: comment.id,
    action,
    commentUpdatedAt: comment.updatedAt,
    commentBody: comment.body,
    issueTitle: issue.title,
    issueBody: issue.body,
    author: comment.author,
    actor,
    lane: command.verb === undefined ? "quick" : LANES[command.verb],
  };
}
