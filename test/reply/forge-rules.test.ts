import { visit } from "unist-util-visit";
import { describe, expect, it } from "vitest";
import { parseCommand } from "../../src/command.ts";
import { parseMarkdown } from "../../src/markdown.ts";
import { harmless } from "../../src/reply/harmless.ts";
import { pullRequestBody, pullRequestTitle } from "../../src/reply/pull-request.ts";

// What each forge looks for in the text of a comment, outside of code, as its source or its documentation has it.
const RULES = {
  gitea: {
    mention: /(?:\s|^|[([])@[0-9A-Za-z-_]+(?:[-.]?[0-9A-Za-z-_]+)*(?:\/?[0-9A-Za-z-_]+)*/,
    issue: /(?:\s|^|[(['"])[#!][0-9]+(?:\s|$|[)\]:;,.?!'"])/,
    "another repository's issue": /[0-9A-Za-z-_.]+\/[0-9A-Za-z-_.]+[#!][0-9]+/,
    "closing words": /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:\S+\/\S+)?[#!]\d/i,
    "an issue's address":
      /https?:\/\/\S+\/[\w.-]+\/[\w.-]+\/(?:issues|pulls)\/(?:\w{1,10}-)?[1-9]\d*/,
  },
  github: {
    mention: /(?:^|\W)@[a-z\d](?:[a-z\d]|-(?=[a-z\d]))*(?:\/[a-z\d][\w-]*)?/i,
    issue: /(?:^|[^\w&/])#\d+\b|\bgh-\d+\b/i,
    "another repository's issue": /[\w.-]+(?:\/[\w.-]+)?#\d+\b/,
    "another repository's commit": /[\w.-]+(?:\/[\w.-]+)?@[0-9a-f]{7,40}\b/,
    "closing words":
      /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:[\w.-]+\/[\w.-]+)?(?:#|gh-)\d/i,
    "an issue's address":
      /https?:\/\/(?:www\.|redirect\.)?github\.com\/[\w.-]+\/[\w.-]+\/(?:issues|pull|discussions)\/\d+/,
  },
} as const;

const TEXTS: Record<string, readonly string[]> = {
  mention: [
    "thanks @walter",
    "@org/team, please",
    "(@walter)",
    "> @walter",
    "**@walter**",
    "`a`\n@walter",
    "- @walter",
    "&#64;walter",
    "\\@walter",
    "<b>@walter</b>",
  ],
  issue: ["see #12", "(#12)", "#12", "- #12", "&#35;12 is it", "\\#12", "*a* #12."],
  "another repository's issue": ["owner/repo#12", "see owner/my.repo#12."],
  "another repository's commit": ["owner/repo@16c999e8c71134401a78d4d46435517b2271d6ac"],
  "closing words": [
    "fixes #12",
    "Closes: #12",
    "resolves owner/repo#1",
    "This fixed\n#12",
    "closes **nothing** and closes #3",
  ],
  "an issue's address": [
    "https://github.com/o/r/issues/12",
    "closes https://github.com/o/r/issues/12",
    "<https://github.com/o/r/issues/12#issuecomment-3>",
  ],
};

const CASES = Object.entries(RULES).flatMap(([forge, rules]) =>
  Object.entries<RegExp>(rules).flatMap(([rule, pattern]) =>
    (TEXTS[rule] ?? []).map((text) => ({ forge, rule, pattern, text })),
  ),
);

/** The text of a document and the addresses it leads to, without code: what a forge looks through. */
function readBy(markdown: string): string {
  const parts: string[] = [];
  visit(parseMarkdown(markdown), (node) => {
    if (node.type === "text") parts.push(node.value);
    if (node.type === "link") parts.push(`\n${node.url}\n`);
    if (node.type === "inlineCode" || node.type === "paragraph") parts.push("\n");
  });
  return parts.join("");
}

describe("what an agent wrote sets nothing off", () => {
  it.each(CASES)("on $forge by $rule: $text", ({ pattern, text }) => {
    expect(readBy(text)).toMatch(pattern);
    expect(readBy(harmless(text))).not.toMatch(pattern);
    const facts = { issueNumber: 0, requestedBy: "walter", ref: "git.example.org/o/r#1" };
    expect(readBy(pullRequestBody({ ...facts, summary: text }))).not.toMatch(pattern);
  });

  it.each(CASES)("in a title on $forge by $rule: $text", ({ pattern, text }) => {
    expect(pullRequestTitle(text)).not.toMatch(pattern);
  });

  it.each(["＠walter", "＃12", "walter＠example.org", "no.12", "a fix for 12", "user@", "# 12"])(
    "and what no forge reads stays as it is: %s",
    (text) => {
      for (const rules of Object.values(RULES))
        for (const pattern of Object.values<RegExp>(rules)) {
          expect(readBy(text)).not.toMatch(pattern);
          expect(readBy(harmless(text))).not.toMatch(pattern);
        }
    },
  );

  it.each(["`@walter #12 fixes #12`", "```\n@walter\nfixes #12\n```"])(
    "and code is not changed: %s",
    (text) => {
      expect(harmless(text)).toBe(text);
    },
  );

  it.each([
    "/kugetsu fix",
    "a\n/kugetsu stop all",
    "> x\n\n/kugetsu reset",
    "- /kugetsu fix",
    "\\/kugetsu fix",
  ])("and no bot takes it for an order: %s", (text) => {
    const said = harmless(text);
    expect(parseCommand(said, { botLogin: "kugetsu-bot" })).toBeUndefined();
    expect(readBy(said)).not.toMatch(/(?:^|\n)\s*\/[a-z]/);
  });
});
