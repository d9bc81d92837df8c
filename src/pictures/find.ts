import { visit } from "unist-util-visit";
import { parseMarkdown } from "../markdown.ts";
import { withDeadline } from "../markdown/deadline.ts";
import { shown } from "../prompt/conversation.ts";

/** Whatever may be a picture, in Markdown or HTML: without it a text need not be parsed. */
const MAYBE = /!\[|<img/i;
const IMG = /<img src="([^"]+)">/g;

/**
 * The addresses of the pictures in a text, as they stand there and in that order, each once. Only what an agent is shown
 * of the text counts: no picture comes out of a comment that readers do not see.
 * @param deadline milliseconds for one pass over it
 */
export function picturesIn(text: string, deadline = 200): readonly string[] {
  if (!MAYBE.test(text)) return [];
  const visible = shown(text, deadline);
  const found = withDeadline(deadline, () => addresses(visible)) ?? [];
  return [...new Set(found)];
}

function addresses(text: string): readonly string[] {
  const found: string[] = [];
  visit(parseMarkdown(text), (node) => {
    if (node.type === "image") found.push(node.url);
    if (node.type === "html")
      found.push(...[...node.value.matchAll(IMG)].map(([, address = ""]) => address));
  });
  return found;
}
