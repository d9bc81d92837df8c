import { visit } from "unist-util-visit";
import type { Definition, Nodes, Root } from "mdast";
import { parseMarkdown } from "../markdown.ts";
import { withDeadline } from "../markdown/deadline.ts";
import { withoutInvisible } from "../markdown/invisible.ts";
import { HtmlStripper } from "./html.ts";

/** Text that is still changing after so many passes was built to survive them. */
const MOST_PASSES = 6;
const UNREADABLE = "[This text is left out: it is built so that it cannot be read safely.]";
/** Some of the named references that stand for nothing visible; the numeric ones are decoded. */
const INVISIBLE_REFERENCE =
  /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|shy|[lr]rm|zwn?j|ZeroWidthSpace|NoBreak|ApplyFunction|af|InvisibleTimes|it|InvisibleComma|ic);/gi;
const LANGUAGE = /^[\w+#.-]{1,20}$/;

/**
 * Markdown without what its readers do not see: HTML comments (unclosed ones too), attributes and elements that are
 * not shown, image descriptions, link titles, unused definitions and footnotes, words behind a code fence's language,
 * surplus table cells, and invisible characters, also where they are written as references. What stands in code is
 * seen and stays, apart from invisible characters. It is repeated until nothing changes, so that pieces do not join
 * to something hidden. A text that is too hostile to be parsed in time is left out, and says so.
 * @param deadline milliseconds for one pass
 */
export function stripHidden(text: string, deadline = 500): string {
  let current = withoutInvisible(text);
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const before = current;
    const next = withDeadline(deadline, () => withoutInvisible(strip(before)));
    if (next === undefined) return UNREADABLE;
    if (next === before) return next;
    current = next;
  }
  return UNREADABLE;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function strip(text: string): string {
  const root = parseMarkdown(text);
  const used = usedLabels(root);
  const html = new HtmlStripper();
  const edits: Edit[] = [];
  const surplus = surplusCells(root);
  visit(root, (node) => {
    const start = node.position?.start.offset;
    const end = node.position?.end.offset;
    if (start === undefined || end === undefined) return;
    const source = text.slice(start, end);
    if (node.type === "html") {
      edits.push(...html.read(source, start));
      return;
    }
    const kept = shownFrom(node, start);
    const shown = surplus.has(node) ? "" : shownPart(node, source, used);
    if (shown !== source) edits.push({ start: start + kept, end, text: shown.slice(kept) });
  });
  edits.push(...html.end(text.length));
  return apply(text, edits);
}

function shownPart(node: Nodes, source: string, used: UsedLabels): string {
  if (node.type === "definition") {
    if (used.definitions.get(node.identifier) !== node) return "";
    return node.title ? `[${node.label ?? node.identifier}]: ${destination(node.url)}` : source;
  }
  if (node.type === "footnoteDefinition") return used.footnotes.has(node.identifier) ? source : "";
  if (node.type === "image")
    return node.alt || node.title ? `![](${destination(node.url)})` : source;
  if (node.type === "imageReference") {
    return `![](${destination(used.definitions.get(node.identifier)?.url ?? "")})`;
  }
  if (node.type === "link" && node.title) {
    const kept = shownFrom(node, node.position?.start.offset ?? 0);
    return `${source.slice(0, kept)}](${destination(node.url)})`;
  }
  if (node.type === "code") return withoutInfo(node.lang, node.meta, source);
  if (node.type === "text") return source.replaceAll(INVISIBLE_REFERENCE, shownReference);
  return source;
}

function shownReference(reference: string, decimal?: string, hex?: string): string {
  const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  if (Number.isNaN(point)) return "";
  return point <= 0x10_ff_ff && withoutInvisible(String.fromCodePoint(point)) === ""
    ? ""
    : reference;
}

/** How much of a node's beginning is shown as it is, so that edits inside it are not lost. */
function shownFrom(node: Nodes, start: number): number {
  if (node.type !== "link") return 0;
  const last = node.children.at(-1)?.position?.end.offset;
  return last === undefined ? 1 : last - start;
}

function withoutInfo(
  lang: string | null | undefined,
  meta: string | null | undefined,
  source: string,
): string {
  if (!lang && !meta) return source;
  if (!meta && LANGUAGE.test(lang ?? "")) return source;
  const line = source.indexOf("\n");
  const first = line === -1 ? source : source.slice(0, line);
  const fence = /^[`~]+/.exec(first)?.[0] ?? "";
  const shown = LANGUAGE.test(lang ?? "") ? (lang ?? "") : "";
  return fence + shown + source.slice(first.length);
}

/** Cells beyond the head's are not drawn. */
function surplusCells(root: Root): Set<Nodes> {
  const found = new Set<Nodes>();
  visit(root, "table", (table) => {
    const width = table.children[0]?.children.length ?? 0;
    for (const row of table.children) {
      for (const cell of row.children.slice(width)) found.add(cell);
    }
  });
  return found;
}

interface UsedLabels {
  /** The definition that counts for each label that a link or an image refers to. */
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly footnotes: ReadonlySet<string>;
}

function usedLabels(root: Root): UsedLabels {
  const asked = new Set<string>();
  const footnotes = new Set<string>();
  const definitions = new Map<string, Definition>();
  visit(root, (node) => {
    if (node.type === "linkReference" || node.type === "imageReference") asked.add(node.identifier);
    if (node.type === "footnoteReference") footnotes.add(node.identifier);
  });
  visit(root, "definition", (node) => {
    if (asked.has(node.identifier) && !definitions.has(node.identifier))
      definitions.set(node.identifier, node);
  });
  return { definitions, footnotes };
}

/** A link's address as it can stand between angle brackets. */
function destination(url: string): string {
  return `<${url.replaceAll(/[<>\s\\]/g, (character) => encodeURIComponent(character))}>`;
}

function apply(text: string, edits: readonly Edit[]): string {
  const sorted = edits.toSorted((one, other) => one.start - other.start || other.end - one.end);
  const parts = [];
  let from = 0;
  for (const edit of sorted) {
    if (edit.start < from) continue;
    parts.push(text.slice(from, edit.start), edit.text);
    from = edit.end;
  }
  parts.push(text.slice(from));
  return parts.join("");
}
