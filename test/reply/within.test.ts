import { describe, expect, it } from "vitest";
import { parseMarkdown } from "../../src/markdown.ts";
import { within } from "../../src/reply/within.ts";

const CUT = "*… cut here, this comment was too long.*";
const long = "a line\n".repeat(100);

/** The kinds of the document's blocks. */
const blocks = (markdown: string) => parseMarkdown(markdown).children.map(({ type }) => type);

describe("a text that is too long", () => {
  it("is left as it is when it fits to the character", () => {
    expect(within(long, long.length)).toBe(long);
  });

  it.each([100, 101, 107, 300, 699])("keeps whole lines below %i characters", (most) => {
    const text = within(long, most);
    expect(text.length).toBeLessThanOrEqual(most);
    expect(text).toMatch(/^(?:a line\n)+\n\*… cut here[^\n]+\*$/);
  });

  it.each([
    ["a code block", `\`\`\`\`ts\n${long}\`\`\`\`\n`, ["code", "paragraph"]],
    ["a code block of tildes", `~~~\n\`\`\`\n${long}~~~\n`, ["code", "paragraph"]],
    [
      "one in a list",
      `- a\n  - \`\`\`\n    ${long.replaceAll("\n", "\n    ")}`,
      ["list", "paragraph"],
    ],
    ["one in a quote", `> \`\`\`\n> ${long.replaceAll("\n", "\n> ")}`, ["blockquote", "paragraph"]],
    ["after one", `\`\`\`\nx\n\`\`\`\n\n${long}`, ["code", "paragraph", "paragraph"]],
    [
      "a fold",
      `<details>\n<summary>x</summary>\n\n${long}`,
      ["html", "paragraph", "html", "paragraph"],
    ],
    [
      "after a fold",
      `<details>\n\nx\n\n</details>\n\n${long}`,
      ["html", "paragraph", "html", "paragraph", "paragraph"],
    ],
    [
      "words that look like a fence",
      `\`\`\` x \`\`\`\n\n${long}`,
      ["paragraph", "paragraph", "paragraph"],
    ],
  ])("ends %s", (_, markdown, expected) => {
    const text = within(markdown, 300);
    expect(text.length).toBeLessThanOrEqual(300);
    expect(blocks(text)).toEqual(expected);
    expect(text.endsWith(`\n\n${CUT}`)).toBe(true);
  });

  it("loses a line that does not fit, so that nothing in it is cut open", () => {
    expect(within(`**Done.**\n\n\`${"@walter ".repeat(100)}\``, 200)).toBe(`**Done.**\n\n${CUT}`);
  });
});
