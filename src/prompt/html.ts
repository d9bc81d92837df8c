interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Elements whose content a browser does not show as text. */
const UNSEEN = new Set(
  (
    "script style template noscript title head iframe object audio video canvas select datalist textarea noembed " +
    "noframes"
  ).split(" "),
);
const VOID = new Set("area base br col embed hr img input link meta source wbr".split(" "));
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;
/** How forges write the address of a picture of their own. */
const ATTACHMENT = /^\/?(?:[\w.-]{1,100}\/){1,6}[0-9a-f-]{36}$/i;
const UNSEEN_STYLE =
  /display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d]*[1-9])/i;

/**
 * Reads the HTML of one Markdown text, piece by piece in order, and says what to take out: comments, declarations,
 * attributes but the addresses, and hidden elements with everything up to their end.
 */
export class HtmlStripper {
  /** The hidden element that is open: nothing in it is seen until it is closed. */
  #hidden: { name: string; depth: number; start: number } | undefined;

  /** @param offset where this piece stands in the text */
  read(html: string, offset: number): Edit[] {
    const edits: Edit[] = [];
    let at = html.indexOf("<");
    while (at !== -1) {
      const end = endOfMarkup(html, at);
      if (end > at + 1) {
        const shown = this.#markup(html.slice(at, end), offset + at, offset + end, edits);
        if (shown !== undefined) edits.push({ start: offset + at, end: offset + end, text: shown });
      }
      at = html.indexOf("<", end);
    }
    return edits;
  }

  /** What is still hidden at the text's end. */
  end(length: number): Edit[] {
    return this.#hidden === undefined ? [] : [{ start: this.#hidden.start, end: length, text: "" }];
  }

  /** @returns what replaces the markup; undefined leaves it */
  #markup(markup: string, start: number, end: number, edits: Edit[]): string | undefined {
    const [, slash, written] = /^<(\/?)([A-Za-z][^\s/>]*)/.exec(markup) ?? [];
    if (written === undefined) return "";
    const name = written.toLowerCase();
    const hidden = this.#hidden;
    if (hidden !== undefined) {
      if (name !== hidden.name) return undefined;
      hidden.depth += slash === "/" ? -1 : 1;
      if (hidden.depth > 0) return undefined;
      edits.push({ start: hidden.start, end, text: "" });
      this.#hidden = undefined;
      return undefined;
    }
    if (slash === "/") return `</${name}>`;
    const attributes = attributesOf(markup.slice(written.length + 1, -1));
    if (isUnseen(name, attributes)) {
      if (VOID.has(name)) return "";
      this.#hidden = { name, depth: 1, start };
      return undefined;
    }
    const address = attributes.get("href") ?? attributes.get("src");
    const isPicture = name === "img" && ATTACHMENT.test(address ?? "");
    const shown =
      address !== undefined && (isPicture || /^https?:[^\s"'<>]{1,2000}$/i.test(address));
    const kept = shown ? ` ${name === "img" ? "src" : "href"}="${address}"` : "";
    return `<${name}${kept}>`;
  }
}

function isUnseen(name: string, attributes: ReadonlyMap<string, string>): boolean {
  if (UNSEEN.has(name) || attributes.has("hidden")) return true;
  if (attributes.get("aria-hidden")?.toLowerCase() === "true") return true;
  if (name === "input" && attributes.get("type")?.toLowerCase() === "hidden") return true;
  return UNSEEN_STYLE.test(attributes.get("style") ?? "");
}

function attributesOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", double, single, bare] of text.matchAll(ATTRIBUTE)) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, double ?? single ?? bare ?? "");
  }
  return found;
}

/** The offset behind the markup that begins at `at`. What is never closed goes to the end, as in a browser. */
function endOfMarkup(html: string, at: number): number {
  if (html.startsWith("<!--", at)) {
    if (html.startsWith("<!-->", at)) return at + 5;
    if (html.startsWith("<!--->", at)) return at + 6;
    return endOf(html, "-->", at + 4);
  }
  if (html.startsWith("<![CDATA[", at)) return endOf(html, "]]>", at + 9);
  if (html.startsWith("<?", at)) return endOf(html, "?>", at + 2);
  if (html.startsWith("<!", at)) return endOf(html, ">", at + 2);
  if (!/[A-Za-z/]/.test(html[at + 1] ?? "")) return at + 1;
  const quote = /["'>]/g;
  quote.lastIndex = at + 1;
  for (let match = quote.exec(html); match !== null; match = quote.exec(html)) {
    if (match[0] === ">") return quote.lastIndex;
    const close = html.indexOf(match[0], quote.lastIndex);
    if (close === -1) break;
    quote.lastIndex = close + 1;
  }
  return html.length;
}

function endOf(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found === -1 ? html.length : found + mark.length;
}
