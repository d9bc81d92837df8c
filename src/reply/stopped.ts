import type { Verb } from "../command.ts";
import { DELETED, DELETED_WORDS, OPERATOR } from "../jobs/stop.ts";
import { code } from "./code.ts";

/** Who stopped it, in a sentence; Markdown. */
export function whoStopped(by: string, when = ""): string {
  return `${WORDS.get(by) ?? code(by)} stopped it${when}.`;
}

const WORDS: ReadonlyMap<string, string> = new Map([
  [OPERATOR, "The operator"],
  [DELETED, "Whoever deleted the issue"],
  [DELETED_WORDS, "Whoever deleted the comment"],
]);

/** Who stopped an order that came to no report of a turn, and how to go on; Markdown. */
export function stoppedWords(facts: {
  readonly by: string;
  readonly verb: Verb | undefined;
  /** Its agent had begun. */
  readonly begun: boolean;
}): string {
  const { by, verb, begun } = facts;
  if (!begun) return whoStopped(by, " before an agent began");
  return verb === "delegate"
    ? whoStopped(by)
    : `${whoStopped(by)} The work so far is kept: \`/kugetsu continue\` goes on with it.`;
}
