import { describe, expect, it } from "vitest";
import { stripHidden } from "../../src/prompt/strip-hidden.ts";
import { busyMs } from "../../src/markdown/deadline.ts";

const ID = "0a1b2c3d-0000-4000-8000-0123456789ab";

describe("what readers do not see is taken out", () => {
  it.each([
    ["a comment", "a <!-- evil --> b", "a  b"],
    ["a comment over blank lines", "a\n\n<!-- evil\n\nevil -->\n\nb", "a\n\n\n\nb"],
    ["a comment that is never closed", "a\n\n<!-- evil\n\nevil", "a\n\n"],
    ["a comment in a list", "- a\n  <!-- evil -->\n  b", "- a\n  \n  b"],
    ["invisible characters", "a\u200B\u{E0041}b", "ab"],
    ["invisible characters as references", "a&#x200B;b&#917569;c&shy;d", "abcd"],
    ["an attribute", '<a href="https://x.org" title="evil">t</a>', '<a href="https://x.org">t</a>'],
    ["an image's description", '![evil](https://x.org/a.png "evil")', "![](<https://x.org/a.png>)"],
    [
      "an HTML image's description",
      '<img src="https://x.org/a.png" alt="evil">',
      '<img src="https://x.org/a.png">',
    ],
    ["a link's title", '[see](https://x.org "evil") b', "[see](<https://x.org>) b"],
    ["a definition that nobody uses", "[//]: # (evil)\n\na", "\n\na"],
    ["a definition's title", '[a]\n\n[a]: https://x.org "evil"', "[a]\n\n[a]: <https://x.org>"],
    ["a footnote that nobody refers to", "a\n\n[^1]: evil", "a\n\n"],
    ["words behind a fence's language", "```js evil words\nx\n```", "```js\nx\n```"],
    ["surplus cells", "| a |\n|---|\n| b | evil |\n", "| a |\n|---|\n| b \n"],
    [
      "all of a picture but the address that a forge gave it",
      `a <img alt="evil" src="attachments/${ID}">`,
      `a <img src="attachments/${ID}">`,
    ],
    ["another address without a host", 'a <img src="evil/words">', "a <img>"],
    ["a hidden element", "<div hidden>\n\nevil\n\n</div>\n\na", "\n\na"],
    ["an element that is not displayed", 'a <span style="display: none">evil</span> b', "a  b"],
    ["an element hidden from some", 'a <b aria-hidden="true">evil <b>more</b> evil</b> b', "a  b"],
    ["a hidden element that is never closed", "a\n\n<div hidden>\n\nevil", "a\n\n"],
    ["a style sheet", "<style>evil</style>\n\na", "\n\na"],
    ["a comment that two comments make", "<!<!-- -->-- evil -->", ""],
  ])("%s", (_, text, expected) => {
    expect(stripHidden(text)).toBe(expected);
    expect(stripHidden(expected)).toBe(expected);
  });
});

describe("what readers see stays", () => {
  it.each([
    ["a comment in a code block", "```html\n<!-- seen -->\n```"],
    ["a comment in inline code", "`<!-- seen -->`"],
    ["a type with a parameter", "a < b and Array<string, number>"],
    ["an unclosed comment inside a line, which Markdown shows", "a <!-- b"],
    ["a link", "[a](https://x.org)"],
    ["a footnote", "a[^1]\n\n[^1]: seen"],
    ["an emoji", "👍🏽 ❤️"],
    ["visible references", "&lt;b&gt; &#65;"],
  ])("%s", (_, text) => {
    expect(stripHidden(text)).toBe(text);
  });
});

it("leaves out a text that cannot be read in time, and says so", () => {
  expect(stripHidden("1. ".repeat(20_000), 100)).toMatch(/^\[This text is left out/);
});

it.each([
  ["comments", "<!--".repeat(15_000)],
  ["tags", "<a ".repeat(20_000)],
  ["quotes", '<a "'.repeat(15_000)],
  ["nested comments", "<!<!-- -->-- ".repeat(4000)],
])("takes no more than its time for %s", (_, bomb) => {
  const begun = busyMs();
  stripHidden(bomb);
  expect(busyMs() - begun).toBeLessThan(5000);
});
