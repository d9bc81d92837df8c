import type { Nodes, Root, RootContent } from "mdast";
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
 * @param left characters that were already left out before
 */
export function cut(root: Root, most: number, left: number): Root {
  const { children, whole } = fit(root.children, most);
  if (whole && left === 0) return root;
  return { type: "root", children: [...children, { type: "paragraph", children: [CUT] }] };
}

const CUT = {
  type: "emphasis",
  children: [{ type: "text", value: "… cut here, there was more." }],
} as const satisfies Nodes;

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
