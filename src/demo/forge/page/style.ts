/** The look of the pages, in light and dark. */
export const STYLE = `
:root { --fg: #1f2328; --dim: #656d76; --bg: #ffffff; --card: #f6f8fa; --line: #d1d9e0; --link: #0a58ca; --open: #1a7f37; --closed: #8250df; }
@media (prefers-color-scheme: dark) {
  :root { --fg: #e6edf3; --dim: #9198a1; --bg: #0d1117; --card: #151b23; --line: #3d444d; --link: #6cb0ff; --open: #3fb950; --closed: #ab7df8; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--fg); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 52rem; margin: 0 auto; padding: 0.75rem 1rem; }
header { border-bottom: 1px solid var(--line); font-weight: 600; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
h1 { font-size: 1.5rem; margin: 1rem 0 0.25rem; }
h1 small, .dim { color: var(--dim); font-weight: 400; }
ul { list-style: none; padding: 0; }
li { padding: 0.4rem 0; border-bottom: 1px solid var(--line); }
.state { color: #fff; background: var(--open); border-radius: 1rem; padding: 0.1rem 0.7rem; font-size: 0.85rem; }
.state.closed, .state.merged { background: var(--closed); }
article { border: 1px solid var(--line); border-radius: 0.5rem; margin: 1rem 0; overflow: hidden; }
article > div { background: var(--card); border-bottom: 1px solid var(--line); padding: 0.4rem 0.9rem; display: flex; gap: 0.6rem; flex-wrap: wrap; align-items: baseline; }
article > pre { margin: 0; padding: 0.9rem; white-space: pre-wrap; overflow-wrap: anywhere; font: 0.95rem/1.5 ui-monospace, monospace; }
article > p { margin: 0; padding: 0 0.9rem 0.7rem; }
.reaction { border: 1px solid var(--line); border-radius: 1rem; padding: 0 0.6rem; margin-right: 0.3rem; font-size: 0.9rem; }
`;
