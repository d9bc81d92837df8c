import { visit } from "unist-util-visit";
import type { Nodes, Root } from "mdast";
import { parseMarkdown, printMarkdown } from "../markdown.ts";
import { withDeadline } from "../markdown/deadline.ts";
import { withoutInvisible } from "../markdown/invisible.ts";
import { isIssueUrl, isLive } from "./break-up.ts";
import { codeBlock, withoutMarker } from "./code.ts";
import { cut, cutHere, cutText } from "./cut.ts";
import { tame } from "./tame.ts";

const MOST_CHARACTERS = 12_000;
/** More is not even parsed. */
const MOST_PARSED = 60_000;
const LONGER = 1.25;
/** Milliseconds for parsing, writing and checking. */
const DEADLINE = 1000;

/**
 * What an agent wrote, as Markdown that is harmless on a forge: it mentions nobody, refers to and closes no issue,
 * loads no image, holds no HTML, no hidden text and no command. It reads as before. The result is parsed again and
 * checked; what fails, or is too deep or too slow to parse, becomes a code block.
 * @param options.maxChars about how long the result may be; it is cut at the end of a block or a line, and says so
 * @param options.whole the command that shows the whole text on the server, named where it is cut
 */
export function harmless(
  markdown: string,
  options: { maxChars?: number; whole?: string | undefined } = {},
): string {
  const { whole } = options;
  const most = options.maxChars ?? MOST_CHARACTERS;
  // What is written may be shorter than what is read, but not by much unless it hides a lot.
  const read = cutText(withoutInvisible(markdown), Math.min(MOST_PARSED, 3 * most));
  const written = withDeadline(DEADLINE, () => {
    const root = cut(tame(parseMarkdown(read.text)), most, { left: read.left, whole });
    const text = withoutMarker(printMarkdown(root).trimEnd());
    // A text that is nothing but escapes can be twice as long as it was.
    return text.length <= LONGER * most + 100 && isHarmless(parseMarkdown(text)) ? text : undefined;
  });
  if (written !== undefined) return written;
  const shown = cutText(read.text, most);
  if (shown.left + read.left === 0) return codeBlock(shown.text);
  return `${codeBlock(shown.text)}\n\n${printMarkdown(cutHere(whole)).trimEnd()}`;
}

const ACTING = new Set<Nodes["type"]>([
  "html",
  "image",
  "imageReference",
  "linkReference",
  "definition",
  "footnoteDefinition",
  "footnoteReference",
]);

/** Whether a parsed text holds nothing that acts. */
export function isHarmless(root: Root): boolean {
  let harmful = false;
  visit(root, (node) => {
    harmful ||= ACTING.has(node.type);
    if (node.type === "text") harmful ||= isLive(node.value);
    if (node.type === "link")
      harmful ||= isIssueUrl(node.url) || !/^(?:https?|mailto):/i.test(node.url);
  });
  return !harmful;
}
