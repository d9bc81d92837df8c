import { code } from "./code.ts";
import { harmless } from "./harmless.ts";
import { plain } from "./plain.ts";

// Gitea and GitHub take 255 and 256.
const MOST_TITLE = 240;

/** A pull request's title, from its issue's. */
export function pullRequestTitle(issueTitle: string): string {
  const title = plain(issueTitle, MOST_TITLE);
  if (title === "") return "Fix the issue";
  return /^fix(?:es|ed)?\b/i.test(title) ? title : `Fix: ${title}`;
}

/** A pull request's text. `Fixes #N` is the bot's own, and closes the issue when it is merged. */
export function pullRequestBody(facts: {
  /** 0 for what is no issue. */
  readonly issueNumber: number;
  /** The pull request that it was made for. */
  readonly pullNumber?: number | undefined;
  /** What the agent said last, in its words. */
  readonly summary: string;
  /** The command that shows the whole of it on the server. */
  readonly whole?: string | undefined;
  /** Login of whoever asked. */
  readonly requestedBy: string;
  /** Printed issue ref. */
  readonly ref: string;
}): string {
  const isIssue = facts.issueNumber !== 0;
  const forPull = facts.pullNumber === undefined ? "" : `For pull request #${facts.pullNumber}.`;
  const asked = `Requested by ${code(facts.requestedBy)} in ${code(facts.ref)}.`;
  const goOn =
    "Write `/kugetsu continue <message>` here or in that issue to have something changed.";
  return [
    harmless(facts.summary, { whole: facts.whole }),
    isIssue ? `Fixes #${facts.issueNumber}` : forPull,
    "---",
    isIssue ? `${asked} ${goOn}` : asked,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}
