import { visit } from "unist-util-visit";
import type {
  BlockContent,
  Definition,
  List,
  ListItem,
  Nodes,
  PhrasingContent,
  Root,
  RootContent,
  TableRow,
} from "mdast";
import { withoutInvisible } from "../markdown/invisible.ts";
import { breakUp, isIssueUrl, BREAK } from "./break-up.ts";
import { imageWords, textOfHtml } from "./tags.ts";

const URL_IN_TEXT = /(?:https?:\/\/|www\.)[^\s<>"'`]+/gi;
const LANGUAGE = /^[\w+#.-]{1,30}$/;
// Forges draw these instead of showing them, and what is drawn can load a picture or lead away.
const DRAWN = /^(?:mermaid|math|latex|katex|geojson|topojson|stl|plantuml|graphviz|dot|svg)$/i;
// A summary's own titles stay below the words around it.
const LEAST_HEADING = 3;

/**
 * A tree of what an agent wrote, without anything that acts: no HTML, image, definition or footnote; mentions,
 * references and commands are broken up; addresses of issues are code; links lead to http, https or mailto.
 */
export function tame(root: Root): Root {
  const definitions = new Map<string, Definition>();
  visit(root, "definition", (node) => {
    if (!definitions.has(node.identifier)) definitions.set(node.identifier, node);
  });
  const tamed: Root = { type: "root", children: new Tamer(definitions).blocks(root.children) };
  separate(tamed);
  return tamed;
}

class Tamer {
  readonly #definitions: ReadonlyMap<string, Definition>;

  constructor(definitions: ReadonlyMap<string, Definition>) {
    this.#definitions = definitions;
  }

  blocks(nodes: readonly RootContent[]): BlockContent[] {
    return nodes.flatMap((node) => this.#block(node));
  }

  #block(node: RootContent): BlockContent[] {
    switch (node.type) {
      case "paragraph":
        return paragraph(this.#inlines(node.children));
      case "heading": {
        const children = this.#inlines(node.children);
        const depth = Math.max(node.depth, LEAST_HEADING) as 3 | 4 | 5 | 6;
        return children.length === 0 ? [] : [{ type: "heading", depth, children }];
      }
      case "blockquote": {
        const children = this.blocks(node.children);
        return children.length === 0 ? [] : [{ type: "blockquote", children }];
      }
      case "list":
        return [this.#list(node)];
      case "code": {
        const named = LANGUAGE.test(node.lang ?? "") && !DRAWN.test(node.lang ?? "");
        const lang = named ? node.lang : null;
        return [{ type: "code", value: node.value, ...(lang ? { lang } : {}) }];
      }
      case "table": {
        const width = node.children[0]?.children.length ?? 0;
        const children = node.children.map((row) => this.#row(row, width));
        return [{ type: "table", ...(node.align ? { align: node.align } : {}), children }];
      }
      case "thematicBreak":
        return [{ type: "thematicBreak" }];
      case "footnoteDefinition": {
        const name: PhrasingContent = {
          type: "text",
          value: breakUp(`[${node.label ?? node.identifier}]: `),
        };
        const [first, ...rest] = this.blocks(node.children);
        if (first?.type !== "paragraph")
          return [...paragraph([name]), ...(first ? [first] : []), ...rest];
        return [{ type: "paragraph", children: [name, ...first.children] }, ...rest];
      }
      case "definition":
        // Its address stands where it is used.
        return [];
      case "html":
        return textOfHtml(node.value)
          .split(/\n{2,}/)
          .flatMap((part) => paragraph(this.#text(part.trim())));
      case "listItem":
      case "tableRow":
      case "tableCell":
      case "yaml":
      case "break":
      case "delete":
      case "emphasis":
      case "strong":
      case "text":
      case "inlineCode":
      case "link":
      case "linkReference":
      case "image":
      case "imageReference":
      case "footnoteReference":
        // None of these is a block of its own in a parsed text.
        return [];
      default:
        return node satisfies never;
    }
  }

  #list(node: List): List {
    const children = node.children.map((item): ListItem => {
      const checked = typeof item.checked === "boolean" ? { checked: item.checked } : {};
      return {
        type: "listItem",
        spread: item.spread ?? false,
        ...checked,
        children: this.blocks(item.children),
      };
    });
    const start = node.ordered && typeof node.start === "number" ? { start: node.start } : {};
    return {
      type: "list",
      ordered: node.ordered ?? false,
      ...start,
      spread: node.spread ?? false,
      children,
    };
  }

  #row(row: TableRow, width: number): TableRow {
    const cells = row.children.slice(0, width);
    return {
      type: "tableRow",
      children: cells.map((cell) => ({
        type: "tableCell",
        children: withoutLines(this.#inlines(cell.children)),
      })),
    };
  }

  #inlines(nodes: readonly PhrasingContent[]): PhrasingContent[] {
    return nodes.flatMap((node) => this.#inline(node));
  }

  #inline(node: PhrasingContent): PhrasingContent[] {
    switch (node.type) {
      case "text":
        return this.#text(node.value);
      case "inlineCode":
        return inlineCode(node.value);
      case "break":
        return [{ type: "break" }];
      case "emphasis":
      case "strong":
      case "delete": {
        const children = this.#inlines(node.children);
        return children.length === 0 ? [] : [{ type: node.type, children }];
      }
      case "link":
        return this.#link(node.url, node.children);
      case "linkReference":
        return this.#link(this.#definitions.get(node.identifier)?.url ?? "", node.children);
      case "image":
        return this.#image(node.alt ?? "", node.url);
      case "imageReference":
        return this.#image(node.alt ?? "", this.#definitions.get(node.identifier)?.url ?? "");
      case "html":
        return /^<br\b/i.test(node.value)
          ? [{ type: "break" }]
          : this.#text(textOfHtml(node.value).trim());
      case "footnoteReference":
        return this.#text(`[${node.label ?? node.identifier}]`);
      default:
        return [];
    }
  }

  /** Text, with the addresses of issues as code. */
  #text(value: string): PhrasingContent[] {
    const nodes: PhrasingContent[] = [];
    let from = 0;
    for (const match of value.matchAll(URL_IN_TEXT)) {
      if (!isIssueUrl(match[0])) continue;
      nodes.push(...text(value.slice(from, match.index)), ...inlineCode(match[0]));
      from = match.index + match[0].length;
    }
    return [...nodes, ...text(value.slice(from))];
  }

  #link(url: string, label: readonly PhrasingContent[]): PhrasingContent[] {
    const words = visibleText(label);
    if (words === url || words === url.replace(/^(?:https?:\/\/|mailto:)/i, "")) {
      if (isOpen(url)) return [{ type: "link", url, children: text(words) }];
      return inlineCode(words);
    }
    const children = this.#inlines(label);
    if (isOpen(url) && !misleads(words, url))
      return children.length === 0 ? [] : [{ type: "link", url, children }];
    if (url === "" || url.startsWith("#")) return children;
    return [...children, ...text(" ("), ...inlineCode(url), ...text(")")];
  }

  #image(alt: string, url: string): PhrasingContent[] {
    if (url === "") return this.#text(imageWords(alt, ""));
    return [
      ...this.#text(`image: ${alt === "" ? "" : `${alt} `}`),
      ...text("("),
      ...inlineCode(url),
      ...text(")"),
    ];
  }
}

function paragraph(children: PhrasingContent[]): BlockContent[] {
  const some = children.some(
    (child) => child.type !== "break" && !(child.type === "text" && child.value.trim() === ""),
  );
  return some ? [{ type: "paragraph", children }] : [];
}

function text(value: string): PhrasingContent[] {
  return value === "" ? [] : [{ type: "text", value: breakUp(withoutInvisible(value)) }];
}

function inlineCode(value: string): PhrasingContent[] {
  const line = withoutInvisible(value).replaceAll(/\s+/g, " ");
  return line.trim() === "" ? [] : [{ type: "inlineCode", value: line }];
}

/** A table's cell is one line. */
function withoutLines(nodes: PhrasingContent[]): PhrasingContent[] {
  return nodes.map((node): PhrasingContent =>
    node.type === "break" ? { type: "text", value: " " } : node,
  );
}

/** Whether an address may stay a link. */
function isOpen(url: string): boolean {
  return /^(?:https?:\/\/[^\s/?#@\\]+(?:[/?#]|$)|mailto:[^\s?]+$)/i.test(url) && !isIssueUrl(url);
}

/** A label that names another host than the one it leads to. */
function misleads(label: string, url: string): boolean {
  const named = /^\s*(?:https?:\/\/)?([\w-]+(?:\.[\w-]+)+)(?:[/:?#]\S*)?\s*$/i
    .exec(label)?.[1]
    ?.toLowerCase();
  if (named === undefined || !/^(?:https?:\/\/|www\.)/i.test(label.trim())) return false;
  return URL.parse(url)?.hostname !== named;
}

function visibleText(nodes: readonly Nodes[]): string {
  return nodes
    .map((node) =>
      "value" in node ? node.value : "children" in node ? visibleText(node.children) : "",
    )
    .join("");
}

/** `!` before a `1` that stands in a node of its own is a reference all the same. */
function separate(root: Root): void {
  let before: { value: string } | undefined;
  visit(root, (node) => {
    if (node.type !== "text") return;
    if (before !== undefined && /^\w/.test(node.value) && /(?:[!#]|\bGH-)$/i.test(before.value))
      before.value += BREAK;
    before = node;
  });
}
