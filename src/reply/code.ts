import { withoutInvisible } from "../markdown/invisible.ts";

const MOST = 500;

/** Inline code that nothing in the text can end: one line, at most 500 characters, word for word otherwise. */
export function code(text: string): string {
  const line = withoutMarker(
    withoutInvisible(text.slice(0, 4 * MOST))
      .replaceAll(/\s+/g, " ")
      .trim(),
  );
  const shown = line.length > MOST ? `${line.slice(0, MOST - 1).toWellFormed()}…` : line;
  if (shown === "") return "` `";
  const fence = "`".repeat(longestRun(shown, "`") + 1);
  const space = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}

/** A code block that nothing in the text can end. */
export function codeBlock(text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text, "`") + 1));
  return `${fence}\n${withoutMarker(text)}\n${fence}`;
}

/** The bot finds its own comments by a hidden marker: nobody else's text may carry one. */
export function withoutMarker(text: string): string {
  return text.replaceAll(/<!--(?=\s{0,20}kugetsu\s{0,20}:)/gi, "<!-\u200B-");
}

function longestRun(text: string, character: string): number {
  let longest = 0;
  let run = 0;
  for (const one of text) {
    run = one === character ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
