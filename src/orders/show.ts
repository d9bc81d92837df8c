import type { TurnSummary } from "../handlers/handler.ts";
import type { Job } from "../jobs/job.ts";
import { duration } from "../reply.ts";
import type { TurnLogEntry } from "../turn-log/entry.ts";

const MOST_OUTPUT = 2_000;

/** An entry as a person reads it in a terminal, with its line breaks; empty for what is not shown. */
export function showEntry(entry: TurnLogEntry, { debug }: { readonly debug: boolean }): string {
  switch (entry.kind) {
    case "words":
      return forTerminal(entry.text);
    case "tool":
      return `▸ ${forTerminal(entry.title)}\n${debug ? indented(entry.input) : ""}`;
    case "result":
      if (debug) return `${entry.failed ? "✗ failed\n" : ""}${indented(entry.output)}`;
      return entry.failed ? `✗ ${forTerminal(entry.title)}\n` : "";
    case "thought":
      return debug ? indented(entry.text) : "";
    case "note":
      return entry.text === "" ? "" : `· ${forTerminal(entry.text)}\n`;
    case "begin":
      return entry.attempt > 1 ? `· attempt ${entry.attempt}: it goes on\n` : "";
    case "end":
      return entry.state === "interrupted" ? "· interrupted: it goes on later\n" : "";
    default:
      return entry satisfies never;
  }
}

/** The lines under a result: where the work is, and what there is to know. */
export function showSummary(result: TurnSummary, where: { readonly worktree?: string }): string {
  const { branch, pushed, commits, pull, kept = [], notes } = result;
  const lines = [];
  if (commits !== undefined && branch !== undefined) {
    const count = commits.length === 1 ? "1 new commit" : `${commits.length} new commits`;
    lines.push(`branch:       ${branch} (${count}${pushed === true ? "" : ", not pushed"})`);
  }
  if (pull !== undefined) lines.push(`pull request: ${pull}`);
  if (where.worktree !== undefined) lines.push(`worktree:     ${where.worktree}`);
  for (const ref of kept) lines.push(`kept:         ${ref}`);
  for (const note of notes) lines.push(`note:         ${note.replaceAll(/\s+/g, " ")}`);
  lines.push(`took:         ${duration(result.durationMs)}${usage(result)}`);
  return `${lines.map(forTerminal).join("\n")}\n`;
}

/** What went wrong with an order, in one line. */
export function failureOf(job: Job, result: TurnSummary | undefined): string {
  const reason = result?.reason ?? job.words ?? "";
  const state = { failed: "It failed.", timed_out: "It timed out.", stopped: "It was stopped." };
  const said = state[job.state as keyof typeof state] ?? `It ended as ${job.state}.`;
  const why = reason.replaceAll(/\s+/g, " ").trim();
  return forTerminal(why === "" ? said : `${said} ${why}`);
}

/** Without what would steer a terminal; tabs and line breaks stay. */
export function forTerminal(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu, "");
}

function indented(text: string): string {
  const cut = text.length > MOST_OUTPUT ? `${text.slice(0, MOST_OUTPUT)}…` : text;
  const lines = forTerminal(cut.trimEnd());
  return lines === "" ? "" : `${lines.replaceAll(/^/gm, "    ")}\n`;
}

function usage({ tokens, cost }: TurnSummary): string {
  const used = tokens === undefined ? 0 : tokens.input + tokens.output + tokens.cached;
  const words = used === 0 ? "" : `, ${used} tokens`;
  return cost === undefined ? words : `${words}, $${cost.toFixed(2)}`;
}
