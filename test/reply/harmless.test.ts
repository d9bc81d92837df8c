import { describe, expect, it } from "vitest";
import { visit } from "unist-util-visit";
import type { Nodes } from "mdast";
import { parseCommand } from "../../src/command.ts";
import { parseMarkdown } from "../../src/markdown.ts";
import { harmless } from "../../src/reply/harmless.ts";
import { busyMs } from "../../src/markdown/deadline.ts";

const LIVE =
  /@[\w-]|#\d|(?<!\w)!\d|\bGH-\d|<!--\s*kugetsu|(?:^|\n)[ \t]*\/[a-z]+(?:\s|$)|https?:\/\/\S*\/(?:issues|pulls?)\/\d/i;

/** What still acts in a text, read as a forge reads it. */
function actingIn(markdown: string): string[] {
  const acting: string[] = [];
  visit(parseMarkdown(markdown), (node) => {
    if (
      [
        "html",
        "image",
        "imageReference",
        "definition",
        "footnoteDefinition",
        "footnoteReference",
      ].includes(node.type)
    ) {
      acting.push(node.type);
    }
    if (node.type === "code" && /mermaid|math|geojson/i.test(node.lang ?? "")) acting.push("code");
    if (node.type === "text" && LIVE.test(node.value)) acting.push(node.value);
    if (
      node.type === "link" &&
      (/\/(?:issues|pulls?)\/\d/.test(node.url) || !/^(?:https?|mailto):/.test(node.url))
    ) {
      acting.push(node.url);
    }
  });
  return acting;
}

function seen(node: Nodes): string {
  if ("children" in node) return node.children.map(seen).join("");
  return "value" in node ? node.value.replaceAll("\u200B", "") : "";
}

const HOSTILE: [string, string][] = [
  ["a mention", "thanks @walter (@org/team)"],
  ["a mention as a reference", "&#64;walter and \\@walter"],
  ["a mention in parts", "@*walter* **@**walter"],
  ["a mention in a link's label", "[@walter](https://x.org)"],
  ["a mention in an address", "https://x.org/?q=(@walter)"],
  ["a mention in a title", "# @walter\n\n@walter\n==="],
  ["a mention in a table", "| a |\n|---|\n| @walter #1 |"],
  ["references", "#12 !12 GH-12 shoko/kugetsu#12 &#35;12"],
  ["references in parts", "#**12** wow!*12* [#](https://x.org)12"],
  ["closing words", "Fixes #12, closes shoko/kugetsu#3"],
  ["an issue's address", "https://git.x.org/o/r/issues/12 www.x.org/o/r/pull/3"],
  [
    "an issue's address as a link",
    "[a](https://git.x.org/o/r/issues/12) <https://git.x.org/o/r/pulls/1#c>",
  ],
  ["an issue's address in other letters", "[a](https://git.x.org/o/r/%69ssues/12)"],
  ["an issue's address in a definition", "[a]\n\n[a]: https://git.x.org/o/r/issues/12"],
  ["an image", '![a](https://x.org/?stolen=1 "t") ![](data:image/png;base64,AA)'],
  ["an image by reference", "![a] ![a][b]\n\n[a]: https://x.org/a.png\n[b]: javascript:x"],
  ["an image in a link", "[![a](https://x.org/a.png)](https://x.org)"],
  ["an HTML image", 'a <img src="https://x.org/a.png" alt="@walter"> b\n\n<img src=x>'],
  ["HTML", "<b>@walter</b>\n\n<div>\n#12\n</div>\n\n<script>alert(1)</script>"],
  ["HTML that is never closed", 'a\n\n<div title="'],
  [
    "links to other things",
    "[a](javascript:alert(1)) [b](data:text/html,x) [c](/o/r/issues/1) [d](vbscript:x)",
  ],
  [
    "a hidden marker",
    "<!-- kugetsu:status:1 -->\n\n`<!-- kugetsu:1 -->`\n\n```\n<!--kugetsu:1-->\n```\n\n\\<!-- kugetsu:1",
  ],
  ["a comment that hides", "a <!-- @walter --> b\n\n<!-- never closed"],
  ["commands", "/kugetsu fix\n\nwell\n/kugetsu reset\n  /lgtm"],
  ["a command behind a break", "a\\\n/kugetsu fix  \n/kugetsu reset"],
  ["a command in HTML", "<div>\n/kugetsu fix\n</div>\n\n<b></b>/kugetsu fix"],
  [
    "a command behind something hidden",
    "\u200B/kugetsu fix\n\n&#8203;/kugetsu fix\n\n![](x)/kugetsu fix",
  ],
  ["footnotes", "a[^@walter]\n\n[^@walter]: #12 @walter"],
  ["a fence that is never closed", "```\n@walter\n\n/kugetsu fix"],
  ["a fence inside of a fence", "````\n```\n@walter #1\n```\n````"],
  ["a fence's words", "```@walter #12\nx\n```"],
  ["a task list", "- [ ] @walter\n- [x] #12"],
  ["strikethrough", "~~@walter~~ ~#~12"],
  ["a drawing that loads a picture", '```mermaid\ngraph TD\nA@{ img: "https://x.org/a.png" }\n```'],
  ["a drawing of another kind", "~~~ GeoJSON x\n{}\n~~~\n\n```math\n\\href{x}{y}\n```"],
  ["a mail address", "mail root@x.org or <root@x.org>"],
];

describe("harmless takes the sting out of", () => {
  it.each(HOSTILE)("%s", (_, markdown) => {
    const result = harmless(markdown);
    expect(actingIn(result)).toEqual([]);
    expect(result).not.toMatch(/<!--\s*kugetsu/i);
    expect(parseCommand(result, { botLogin: "walter" })).toBeUndefined();
  });

  // Two of them become text that is read in one piece only the second time.
  it.each(
    HOSTILE.filter(
      ([name]) => !["an HTML image", "a command behind something hidden"].includes(name),
    ),
  )("%s, also when it is applied again", (_, markdown) => {
    const once = harmless(markdown);
    expect(harmless(once)).toBe(once);
  });
});

describe("harmless keeps what is fine", () => {
  it.each([
    ["emphasis and code", "**a** *b* `c` ~~d~~"],
    ["a list", "- a\n- b\n  - c\n\n1. x\n2. y"],
    ["tasks", "- [x] a\n- [ ] b"],
    ["a table", "| a | b |\n| - | - |\n| 1 | `2` |"],
    ["a code block with mentions and references", "```ts\n@decorated #12 <b> ![](x)\n```"],
    ["inline code with them", "`@walter #12 https://x.org/o/r/issues/1`"],
    ["a link", "[a](https://x.org/docs) and <https://x.org>"],
    ["a quote", "> a\n> b"],
    ["a commit's sha", "see 0123456789abcdef0123456789abcdef01234567"],
    ["names with underscores", "my_func_name and \\_\\_init\\_\\_"],
    ["a path at a line's start", "/etc/hosts is read"],
  ])("%s", (_, markdown) => {
    expect(harmless(markdown)).toBe(markdown);
  });

  it.each([
    ["what mentions and references looked like", "Fixes #12, says @walter (o/r#3) and a@b.c"],
    ["characters with a meaning", "1\\. a \\* b \\_c\\_ \\[x\\] 2 < 3 & 4 > 1 \\`x\\`"],
    ["a type in angle brackets", "a Map\\<string, Foo\\> and x_y"],
  ])("%s, to the eye", (_, markdown) => {
    expect(seen(parseMarkdown(harmless(markdown)))).toBe(seen(parseMarkdown(markdown)));
  });

  it("an unknown tag as text, a known one not", () => {
    expect(seen(parseMarkdown(harmless("<b>Array<string></b>")))).toBe("Array<string>");
  });

  it("an image's words and address", () => {
    expect(harmless("![a shot](https://x.org/a.png)")).toBe(
      "image: a shot (`https://x.org/a.png`)",
    );
  });

  it("the address of a link that leads elsewhere than it says", () => {
    expect(harmless("[https://good.org](https://evil.org)")).toContain("`https://evil.org`");
  });
});

describe("harmless cuts a long text", () => {
  it("at the end of a block, and says so", () => {
    const result = harmless(Array.from({ length: 100 }, (_, n) => `Paragraph ${n}.`).join("\n\n"), {
      maxChars: 200,
    });
    expect(result).toMatch(
      /^Paragraph 0\.[\s\S]*Paragraph \d+\.\n\n\*… cut here, there was more\.\*$/,
    );
    expect(result.length).toBeLessThan(260);
  });

  it("inside a code block, whose fence is closed", () => {
    const result = harmless(`\`\`\`\n${"line\n".repeat(1000)}\`\`\``, { maxChars: 200 });
    expect(result).toMatch(/^```\n(?:line\n)+```\n\n\*… cut here/);
  });

  it("inside a list and a table", () => {
    expect(harmless("- item\n".repeat(500), { maxChars: 200 })).toMatch(/^(?:- item\n)+\n\*… cut/);
    const table = `| a |\n| - |\n${"| b |\n".repeat(500)}`;
    expect(harmless(table, { maxChars: 200 })).toMatch(
      /^\| a \|\n\| - \|\n(?:\| b \|\n)+\n\*… cut/,
    );
  });

  it("not when it fits", () => {
    expect(harmless("a\n\nb", { maxChars: 200 })).toBe("a\n\nb");
    expect(harmless("")).toBe("");
  });
});

describe("harmless answers in time", () => {
  it.each([
    ["nested quotes", ">".repeat(60_000)],
    ["nested lists", "1. ".repeat(20_000)],
    ["brackets", "[".repeat(60_000)],
    ["links", `${"[".repeat(20_000)}a${"](b)".repeat(10_000)}`],
    ["emphasis", "**a".repeat(20_000)],
    ["headings", "a\n-\n".repeat(15_000)],
    ["tags", "<a ".repeat(20_000)],
    ["backticks", "` `` ``` ".repeat(6000)],
    ["mentions", "@a #1 ".repeat(10_000)],
  ])(
    "%s",
    (_, bomb) => {
      const begun = busyMs();
      const result = harmless(bomb);
      expect(busyMs() - begun).toBeLessThan(4000);
      expect(result.length).toBeLessThan(16_000);
      expect(actingIn(result)).toEqual([]);
    },
    60_000,
  );

  it("with a code block that nothing can end", () => {
    const result = harmless(`\`\`\`\`\n@walter\n\`\`\`\`\n${"1. ".repeat(8000)}`, {
      whole: "kugetsu logs x --job 1",
    });
    expect(result).toMatch(
      /^`{5}\n[^]*\n`{5}\n\n\*… cut here\.\* On the server, `kugetsu logs x --job 1`/,
    );
    expect(actingIn(result)).toEqual([]);
  });
});

it("anything made of pieces of Markdown comes out harmless", () => {
  const pieces = [
    "@a",
    "#1",
    "!",
    "1",
    "*",
    "**",
    "_",
    "`",
    "```",
    "~~",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "<b>",
    "<!--",
    "-->",
    "\n",
    "\n\n",
    "  ",
    "- ",
    "> ",
    "| ",
    "|-|\n",
    "![",
    "](x)",
    "](https://x.org/o/r/issues/1)",
    "[a]: b",
    "[^1]",
    "[^1]: ",
    "&#64;",
    "\\",
    "/kugetsu fix",
    "https://x.org/o/r/pulls/2",
    "kugetsu:",
    "a@b.c",
    "\t",
    "=",
  ];
  // A fixed sequence, so that a failure comes again.
  let state = 42;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  for (let round = 0; round < 500; round += 1) {
    const text = Array.from({ length: 2 + next(14) }, () => pieces[next(pieces.length)]).join("");
    const result = harmless(text);
    expect({ text, acting: actingIn(result) }).toEqual({ text, acting: [] });
    expect({ text, command: parseCommand(result, { botLogin: "a" }) }).toEqual({
      text,
      command: undefined,
    });
  }
}, 60_000);
