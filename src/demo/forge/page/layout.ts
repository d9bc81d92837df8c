import { html, raw } from "hono/html";
import { STYLE } from "./style.ts";

/** What a template of hono/html makes: text in which everything put in has been escaped. */
export type Document = ReturnType<typeof html>;

// Fetches the page again after a change and takes over its main part; many changes in a row are taken together.
const SCRIPT = `
const main = document.querySelector("main");
let due;
async function refresh() {
  due = undefined;
  const answer = await fetch(location.href, { cache: "no-store" });
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  if (next && next.innerHTML !== main.innerHTML) main.innerHTML = next.innerHTML;
}
new EventSource("/changes").onmessage = () => { due ??= setTimeout(refresh, 100); };
`;

export function layout(title: string, nonce: string, content: Document): Document {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style nonce="${nonce}">
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <header><a href="/">Sandbox forge</a></header>
        <main>${content}</main>
        <script nonce="${nonce}">
          ${raw(SCRIPT)};
        </script>
      </body>
    </html>`;
}
