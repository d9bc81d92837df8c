import type { Verb } from "../command.ts";
import type { JobEnd } from "../jobs/job.ts";
import { duration } from "./amount.ts";
import { code } from "./code.ts";
import { harmless } from "./harmless.ts";

const MOST_LINES = 8;

/** The status comment while an order waits. */
export function statusQueued(facts: {
  readonly verb: Verb;
  readonly position?: number | undefined;
  /** An agent worked on it before. */
  readonly begun?: boolean | undefined;
  /** The operator paused the bot. */
  readonly paused?: boolean | undefined;
}): string {
  const { verb, position, begun = false, paused = false } = facts;
  const state = begun ? "**Queued** again." : `**Queued:** \`${verb}\`.`;
  const how = begun ? "goes on" : "begins";
  if (paused) return `${state} The operator paused me; it ${how} when I am resumed.`;
  const ahead =
    position === undefined || position < 1 ? `It ${how} when its turn comes.` : waiting(position);
  return `${state} ${ahead}`;
}

function waiting(position: number): string {
  return position === 1
    ? "It is the next one."
    : `${position - 1} ${position === 2 ? "order is" : "orders are"} before it.`;
}

/** The status comment while an agent works. */
export function statusWorking(facts: {
  /** The last few lines of progress, oldest first. */
  readonly doing: readonly string[];
  readonly elapsedMs: number;
  /** ISO 8601. */
  readonly since?: string | undefined;
  readonly branch?: string | undefined;
}): string {
  const on = facts.branch === undefined ? "" : ` on ${code(facts.branch)}`;
  const since =
    facts.since === undefined ? "" : `, since ${facts.since.replaceAll(/[^\w:.+-]/g, "")}`;
  const spent = facts.elapsedMs < 1_000 ? "" : ` for ${duration(facts.elapsedMs)}`;
  const lines = facts.doing.slice(-MOST_LINES).map((line) => `- ${code(line)}`);
  return [
    `**Working**${on}${spent}${since}.`,
    ...(lines.length === 0 ? [] : [lines.join("\n")]),
    "`/kugetsu stop` ends it.",
  ].join("\n\n");
}

/** Answers a bare `fix` where the work is already done and under review. */
export function alreadyThere(facts: { readonly pullUrl: string; readonly branch: string }): string {
  return `**Done** already: ${facts.pullUrl} on branch ${code(facts.branch)} is open.\n\nWrite \`/kugetsu continue <message>\` to have something changed, or \`/kugetsu reset\` to begin anew.`;
}

/** The status comment of a turn that the server had to leave, and will take up again. */
export function statusInterrupted(): string {
  return "**Queued** again. The server is restarting; the turn goes on when it is back.";
}

/** The agent is done, and the forge asks not to be asked for so long. */
export function statusForgeWaits(waitMs: number): string {
  const minutes = Math.ceil(waitMs / 60_000);
  return `**Waiting** for the forge, which asks me to come back in ${minutes} min. The agent is done; what it made is pushed then.`;
}

const STATES: Record<JobEnd["state"], string> = {
  done: "Done",
  failed: "Failed",
  timed_out: "Timed out",
  stopped: "Stopped",
  refused: "Refused",
};

/** The status comment of an order that came to no turn. `words` are kugetsu's own, but may name a branch of anybody's. */
export function statusEnded(end: JobEnd): string {
  const again = end.state === "failed" ? " `/kugetsu retry` tries again." : "";
  return `**${STATES[end.state]}.** ${harmless(end.words, { maxChars: 2000 })}${again}`;
}

const ENDED: Record<JobEnd["state"], string> = {
  done: "it is done",
  failed: "it failed",
  timed_out: "it took too long and was ended",
  stopped: "it was stopped",
  refused: "it was refused",
};

/** A comment that tells whoever asked, and nobody else: the only mention that the bot ever writes. */
export function toldComment(facts: {
  readonly login: string;
  readonly state: JobEnd["state"];
  /** Number of the pull request. */
  readonly pull?: number | undefined;
}): string {
  const { login, state, pull } = facts;
  // A login is the forge's own word, but a mention must not become anything else.
  const valid = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_])?$/.test(login);
  const where = pull === undefined ? "see my comment above" : `see pull request #${pull}`;
  return `${valid ? `@${login}` : code(login)} ${ENDED[state]}, ${where}.`;
}
