import { createHash } from "node:crypto";

/** The look of the pages, in light and dark, on whatever screen. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --accent: #1a6b33; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 40rem; padding: 1rem; font: 1.05rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.1rem; margin-top: 1.5rem; }
dt { font-weight: 600; margin-top: 0.5rem; }
dd { margin: 0; }
code { font-size: 0.95em; }
.note { border-left: 0.25rem solid var(--line); padding-left: 0.75rem; }
button, .button { display: inline-block; font: inherit; font-weight: 600; color: #fff; background: var(--accent); border: 0; border-radius: 0.4rem; padding: 0.7rem 1.2rem; text-decoration: none; cursor: pointer; }
button:focus-visible, a:focus-visible { outline: 0.2rem solid currentColor; outline-offset: 0.2rem; }
`;

/** What a Content-Security-Policy calls it: no other style counts. */
export const STYLE_SOURCE = `'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`;
