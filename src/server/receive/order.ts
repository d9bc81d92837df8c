import { type Command, parseCommand, type Verb } from "../../command.ts";
import type { EventIssue, RepositoryId, WordsPlace } from "../../forge/event.ts";
import type { Lane, NewJob } from "../../jobs/job.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { assertRef, printRef } from "../../kugetsu/ref.ts";
import type { Asked } from "./asked.ts";
import type { Origin } from "./origin.ts";

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

/** The command in words of that place, as far as TRIGGERS lets it be one. */
export function commandIn(body: string, place: WordsPlace, origin: Origin): Command | undefined {
  const { bot, triggers } = origin;
  return parseCommand(body, {
    botLogin: triggers.includes("mention") ? bot?.login : undefined,
    slash: triggers.includes(place === "issue" ? "issue" : "comment"),
  });
}

/** The order that nobody wrote: that of a label or an assignment. */
export function wordless(verb: "fix" | "stop"): Command {
  // Whoever takes the label away wants no more work on the issue, also none that waits.
  return { verb, word: verb, message: verb === "stop" ? "all" : "", context: "" };
}

/** A job in the issue of the event. */
export function jobOf(
  { repository, issue }: { readonly repository: RepositoryId; readonly issue: EventIssue },
  origin: Origin,
  command: Command,
  act: Pick<
    NewJob,
    "commentId" | "action" | "commentUpdatedAt" | "commentBody" | "author" | "actor"
  > &
    Partial<Pick<NewJob, "trigger" | "label" | "opening" | "only">>,
): Asked {
  const ref = refOf(repository, issue.number, origin.instance);
  if (ref === undefined) return { ignored: "the repository's name cannot stand in an issue ref" };
  return {
    job: {
      forge: origin.forge,
      ref,
      ...command,
      repository,
      issueNumber: issue.number,
      isPullRequest: issue.isPullRequest,
      issueTitle: issue.title,
      issueBody: issue.body,
      lane: command.verb === undefined ? "quick" : LANES[command.verb],
      ...act,
    },
  };
}

function refOf(repository: RepositoryId, number: number, instance: string): string | undefined {
  const { owner, name } = repository;
  const ref = { instance, owner, repo: name, identifier: String(number) };
  try {
    assertRef(ref);
    return printRef(ref);
  } catch (error) {
    if (error instanceof KugetsuError) return undefined;
    throw error;
  }
}
