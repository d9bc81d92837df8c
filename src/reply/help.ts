import type { Verb } from "../command.ts";
import { code } from "./code.ts";

const WORDS: Record<Verb, readonly [usage: string, meaning: string]> = {
  fix: ["fix [message]", "an agent works on this issue, pushes a branch and opens a pull request"],
  continue: ["continue <message>", "goes on in the same conversation and branch"],
  delegate: [
    "delegate <message>",
    "gives a wider order to the coordinator; for admins of the repository",
  ],
  status: ["status", "says what runs and what waits here"],
  stop: ["stop [all]", "ends the running turn; its work is kept; `all` takes back what waits, too"],
  retry: ["retry [message]", "gives the last order again"],
  reset: ["reset", "forgets this issue's session; unpushed work is kept"],
  help: ["help", "shows this"],
};

/** What can be written to the bot. */
export function helpText(options: { readonly version?: string | undefined } = {}): string {
  const lines = Object.values(WORDS).map(
    ([usage, meaning]) => `- \`/kugetsu ${usage}\`: ${meaning}`,
  );
  const version = options.version === undefined ? "" : `\n\nkugetsu ${code(options.version)}`;
  return `**Help.** Write one of these at the start of a line in a comment. Whoever can push to the repository may.\n\n${lines.join("\n")}\n\nThe message goes on to the end of the comment.${version}`;
}

/** Answers a word that is no verb. */
export function didYouMean(word: string, verb?: Verb): string {
  const guess = verb === undefined ? "" : ` Did you mean \`/kugetsu ${verb}\`?`;
  return `I do not know ${code(word)}.${guess} \`/kugetsu help\` says what I know.`;
}
