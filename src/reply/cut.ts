import type { Paragraph, PhrasingContent, Root, RootContent } from "mdast";
import { printMarkdown } from "../markdown.ts";

/**
 * The first `most` characters of a text, up to the end of a line where one is near.
 * `left` counts the characters that are left out.
 */
export function cutText(text: string, most: number): { text: string; left: number } {
  if (text.length <= most) return { text, left: 0 };
  const line = text.lastIndexOf("\n", most);
  const end = line > most / 2 ? line : most;
  return { text: text.slice(0, end).toWellFormed(), left: text.length - end };
}

/**
 * The beginning of a document that is not longer than `most` characters when it is written down; it ends with whole
 * blocks, list items or lines, and says that it was cut.
 * @param options.left characters that were already left out before
 * @param options.whole the command that shows the whole text on the server
 */
export function cut(
  root: Root,
  most: number,
  options: { left: number; whole: string | undefined },
): Root {
  const { children, whole } = fit(root.children, most);
  if (whole && options.left === 0) return root;
  return { type: "root", children: [...children, cutHere(options.whole)] };
}

/** Says that a text was cut, and where the rest is. */
export function cutHere(whole: string | undefined): Paragraph {
  const children: PhrasingContent[] =
    whole === undefined
      ? [emphasis("… cut here, there was more.")]
      : [
          emphasis("… cut here."),
          { type: "text", value: " On the server, " },
          { type: "inlineCode", value: whole },
          { type: "text", value: " shows the whole text to the operator." },
        ];
  return { type: "paragraph", children };
}

function emphasis(value: string): PhrasingContent {
  return { type: "emphasis", children: [{ type: "text", value }] };
}

function fit(
  nodes: readonly RootContent[],
  most: number,
): { children: RootContent[]; whole: boolean } {
  const children = [];
  let left = most;
  for (const node of nodes) {
    const length = printMarkdown(node).length + 1;
    if (length > left) {
      const part = left > 80 ? shorten(node, left) : undefined;
      return { children: part === undefined ? children : [...children, part], whole: false };
    }
    left -= length;
    children.push(node);
  }
  return { children, whole: true };
}

/** The beginning of one block, or undefined where a part would be worth nothing. */
function shorten(node: RootContent, most: number): RootContent | undefined {
  if (node.type === "code") return { ...node, value: cutText(node.value, most - 20).text };
  if (node.type === "text") return { ...node, value: words(node.value, most) };
  if (!("children" in node) || node.type === "link" || node.type === "tableRow") return undefined;
  const { children } = fit(node.children, most);
  return children.length === 0 ? undefined : ({ ...node, children } as RootContent);
}

function words(value: string, most: number): string {
  const { text } = cutText(value, Math.floor(most * 0.9));
  const blank = text.lastIndexOf(" ");
  return blank > text.length / 2 ? text.slice(0, blank) : text;
}
