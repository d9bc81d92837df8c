// What a forge would render. Anything else in angle brackets is rather a type or a placeholder, and stays readable.
const KNOWN = new Set(
  (
    "a abbr address area article aside audio b base bdi bdo big blink blockquote body br button canvas caption center " +
    "cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font " +
    "footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li link " +
    "main map mark marquee math menu meta meter nav noembed noframes noscript object ol optgroup option output p param " +
    "picture pre progress q rp rt ruby s samp script section select slot small source span strike strong style sub " +
    "summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr"
  ).split(" "),
);
const LINE = new Set(
  "br p div li tr h1 h2 h3 h4 h5 h6 summary details table ul ol blockquote pre hr".split(" "),
);

/** The readable text of a piece of HTML: comments and tags are gone, images are named, nothing is rendered. */
export function textOfHtml(html: string): string {
  const parts = [];
  let from = 0;
  for (let at = html.indexOf("<"); at !== -1; at = html.indexOf("<", from)) {
    parts.push(html.slice(from, at));
    if (html.startsWith("<!--", at)) {
      const end = html.indexOf("-->", at + 2);
      from = end === -1 ? html.length : end + 3;
      continue;
    }
    const close = html.indexOf(">", at);
    const end = close === -1 ? html.length : close + 1;
    const tag = html.slice(at, end);
    const name = /^<\/?([A-Za-z][A-Za-z0-9]*)(?=[\s/>]|$)/.exec(tag)?.[1]?.toLowerCase();
    if (name === undefined || !KNOWN.has(name)) {
      parts.push("<");
      from = at + 1;
      continue;
    }
    if (name === "img" && !tag.startsWith("</"))
      parts.push(imageWords(attribute(tag, "alt"), attribute(tag, "src")));
    else if (LINE.has(name)) parts.push("\n");
    from = end;
  }
  parts.push(html.slice(from));
  return parts.join("");
}

/** What stands in place of an image: nobody's browser loads it. */
export function imageWords(alt: string, url: string): string {
  return `image: ${[alt, url === "" ? "" : `(${url})`].filter((part) => part !== "").join(" ") || "without a name"}`;
}

function attribute(tag: string, name: "alt" | "src"): string {
  const pattern =
    name === "alt"
      ? /\salt\s*=\s*(?:"([^"]*)"|'([^']*)')/i
      : /\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
  const match = pattern.exec(tag);
  return match?.[1] ?? match?.[2] ?? "";
}
