import type { Verb } from "../command.ts";
import type { Tokens, TurnOutcome } from "../kugetsu/runner.ts";
import { count, duration, price, tokensUsed } from "./amount.ts";
import { code } from "./code.ts";
import { harmless } from "./harmless.ts";

/** Everything that is said about a turn when it is over. */
export interface FinalReport {
  readonly outcome: TurnOutcome;
  /** What the agent said last, in its words; made harmless here. */
  readonly summary: string;
  /** The command that shows the whole of it on the server. */
  readonly whole?: string | undefined;
  /** Why it did not finish. */
  readonly reason?: string | undefined;
  readonly diffstat?: ChangedFiles | undefined;
  readonly branch?: string | undefined;
  /** Whether the branch is on the forge; undefined says nothing about it. */
  readonly pushed?: boolean | undefined;
  readonly pull?:
    | { readonly number: number; readonly url: string; readonly created: boolean }
    | undefined;
  /** Where the branch can be compared with its base. */
  readonly compareUrl?: string | undefined;
  readonly commits: number;
  readonly committedForAgent: boolean;
  /** The branch on which the commits were found, when it was another one. */
  readonly foundOn?: string | undefined;
  /** Markdown, in kugetsu's words. */
  readonly notes: readonly string[];
  /** Refs under which work is kept. */
  readonly kept?: readonly string[] | undefined;
  readonly durationMs: number;
  readonly tokens?: Tokens | undefined;
  /** In US dollars; undefined is unknown. */
  readonly cost?: number | undefined;
  readonly verb: Verb;
  /** Who asked. */
  readonly login: string;
  /** How to go on, where `retry` would be no help; Markdown. */
  readonly advice?: string | undefined;
}

/** What changed between two commits. */
export interface ChangedFiles {
  readonly files: number;
  readonly insertions: number;
  readonly deletions: number;
  readonly entries: readonly {
    readonly path: string;
    /** Lines; undefined for a binary file. */
    readonly insertions?: number | undefined;
    readonly deletions?: number | undefined;
  }[];
  /** How many files `entries` leaves out. */
  readonly more: number;
}

const STATE: Record<TurnOutcome, string> = {
  finished: "Done",
  failed: "Failed",
  timed_out: "Timed out",
  stopped: "Stopped",
};
const MOST_FILES = 30;
const MOST_LINES = 10;

/** The status comment in its final state. Each part is bounded, so that what matters is not cut off in the end. */
export function statusFinal(report: FinalReport): string {
  return [
    headline(report),
    [whereabouts(report), notesOf(report)].filter((part) => part !== "").join("\n"),
    harmless(report.summary, { whole: report.whole }),
    filesOf(report),
    aboutTurn(report),
    goOn(report),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function headline({ outcome, reason, durationMs }: FinalReport): string {
  const state = `**${STATE[outcome]}** after ${duration(durationMs)}.`;
  const why =
    outcome === "finished" || reason === undefined ? "" : harmless(reason, { maxChars: 1000 });
  if (why === "") return state;
  return why.includes("\n") ? `${state}\n\n${why}` : `${state} ${why}`;
}

function whereabouts(report: FinalReport): string {
  const { pull, branch, compareUrl, commits, pushed, verb } = report;
  if (verb === "delegate") return "";
  const lines = [];
  if (pull !== undefined)
    lines.push(`- Pull request${pull.created || commits === 0 ? "" : " (updated)"}: ${pull.url}`);
  if (branch !== undefined && (commits > 0 || pull !== undefined || pushed === true)) {
    const where = pushed === false ? ", not pushed" : "";
    const compare =
      compareUrl === undefined || pull !== undefined ? "" : `, compare at ${compareUrl}`;
    lines.push(
      `- Branch: ${code(branch)}, ${commits === 0 ? "no new commit" : count(commits, "commit")}${where}${compare}`,
    );
  }
  const isAllSaid = report.notes.length > 0 || (report.kept ?? []).length > 0;
  if (lines.length === 0 && !isAllSaid) lines.push("- No commit was made.");
  return lines.join("\n");
}

function filesOf({ diffstat }: FinalReport): string {
  if (diffstat === undefined || diffstat.files === 0) return "";
  const shown = diffstat.entries.slice(0, MOST_FILES);
  const more = diffstat.more + diffstat.entries.length - shown.length;
  const lines = shown.map(({ path, insertions, deletions }) => {
    const lengths =
      insertions === undefined || deletions === undefined
        ? "binary"
        : `+${insertions} -${deletions}`;
    return `- ${code(path)} ${lengths}`;
  });
  if (more > 0) lines.push(`- and ${count(more, "more file")}`.replace("more files", "more"));
  const title = `${count(diffstat.files, "file")} changed, +${diffstat.insertions} -${diffstat.deletions}`;
  return folded(title, lines);
}

/** What a person should know, and is not folded away. */
function notesOf({ notes, kept = [] }: FinalReport): string {
  const refs = kept.slice(0, MOST_LINES).map((ref) => `- Kept on the server: ${code(ref)}`);
  const words = notes
    .slice(0, MOST_LINES)
    .map((note) => `- ${harmless(note, { maxChars: 1000 }).replaceAll(/\n+/g, " ")}`);
  const more = kept.length - refs.length;
  if (more > 0)
    refs.push(`- and ${more} more; \`kugetsu list --kept\` on the server names them all`);
  return [...words, ...refs].join("\n");
}

function aboutTurn(report: FinalReport): string {
  const used = `${tokensUsed(report.tokens)}, ${price(report.cost)}`;
  const lines = [
    `- Asked for by ${code(report.login)}`,
    `- ${duration(report.durationMs)}, ${used}`,
  ];
  if (report.committedForAgent)
    lines.push("- The agent left changes uncommitted; kugetsu committed them.");
  if (report.foundOn !== undefined)
    lines.push(
      report.foundOn === "HEAD"
        ? "- The commits were on no branch (a detached HEAD), and were taken from there."
        : `- The commits were taken from ${code(report.foundOn)}.`,
    );
  return folded("About this turn", lines);
}

function goOn({ outcome, verb, advice, commits, pushed }: FinalReport): string {
  if (advice !== undefined) return advice;
  if (verb === "delegate") return "`/kugetsu delegate <message>` gives the next order.";
  if (outcome === "finished")
    return "Write `/kugetsu continue <message>` to have something changed.";
  const kept = commits > 0 && pushed !== true ? "The work so far is kept. " : "";
  return `${kept}\`/kugetsu continue <message>\` goes on from here, \`/kugetsu retry\` gives the same order again.`;
}

/** @param title HTML, safe */
function folded(title: string, lines: readonly string[]): string {
  return `<details>\n<summary>${title}</summary>\n\n${lines.join("\n")}\n\n</details>`;
}
