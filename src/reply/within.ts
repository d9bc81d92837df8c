/**
 * GitHub takes 65,536 characters in a pull request's text and 262,144 bytes in a comment; Gitea's limit is its
 * database's. A character is at most three bytes a unit of JavaScript's length.
 */
export const MOST_CHARACTERS = 60_000;

const CUT = "*… cut here, this comment was too long.*";

/**
 * The beginning of a text of the bot's that is not longer than `most` characters, in whole lines; a code block or a
 * fold that is open there is closed. Shorter texts are left as they are.
 */
export function within(markdown: string, most: number): string {
  if (markdown.length <= most) return markdown;
  const kept: string[] = [];
  let length = 0;
  let fence: string | undefined;
  let folds = 0;
  let end = ending(fence, folds);
  for (const line of markdown.split("\n")) {
    const [next, depth] = [
      fenceAfter(fence, line),
      folds + (fence === undefined ? foldsOf(line) : 0),
    ];
    const closing = ending(next, depth);
    length += line.length + 1;
    if (length + closing.length > most) break;
    kept.push(line);
    [fence, folds, end] = [next, depth, closing];
  }
  return `${kept.join("\n").trimEnd()}${end}`;
}

function ending(fence: string | undefined, folds: number): string {
  const code = fence === undefined ? "" : `\n${fence}`;
  return `${code}${"\n\n</details>".repeat(Math.max(0, folds))}\n\n${CUT}`;
}

/** The line that ends the fence which is open after that line. */
function fenceAfter(open: string | undefined, line: string): string | undefined {
  const mark = /^((?:[ >]|[-*+] |\d+[.)] )*)(`{3,}|~{3,})(.*)$/.exec(line);
  if (mark === null) return open;
  const [, place = "", run = "", rest = ""] = mark;
  if (open === undefined) {
    if (run.startsWith("`") && rest.includes("`")) return undefined;
    // Its end stands as deep in lists and quotes as its beginning.
    return `${place.replaceAll(/[^ >]/g, " ")}${run}`;
  }
  const fence = open.replaceAll(/[ >]/g, "");
  const closes = run.startsWith(fence) && rest.trim() === "";
  return closes ? undefined : open;
}

function foldsOf(line: string): number {
  if (line.startsWith("<details>")) return 1;
  return line.startsWith("</details>") ? -1 : 0;
}
