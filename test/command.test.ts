import { describe, expect, it } from "vitest";
import { ANYBODY, isMentionOf, parseCommand, suggestVerb, VERBS } from "../src/command.ts";
import { busyMs } from "../src/markdown/deadline.ts";

const bot = { botLogin: "kugetsu-bot" };

describe("a command is seen", () => {
  it.each([
    ["alone in a comment", "/kugetsu fix", "fix", ""],
    ["with a message on its line", "/kugetsu fix the crash", "fix", "the crash"],
    ["with up to three blanks before it", "   /kugetsu fix", "fix", ""],
    ["on the second line of a paragraph", "Hello,\n/kugetsu fix now", "fix", "now"],
    ["after a closed code fence", "```\nlog\n```\n/kugetsu fix", "fix", ""],
    ["after a quote and a blank line", "> what?\n\n/kugetsu fix", "fix", ""],
    ["after a closed HTML comment", "<!-- a -->\n\n/kugetsu fix", "fix", ""],
    ["in any case", "/Kugetsu CONTINUE please", "continue", "please"],
    ["with CRLF line endings", "Hello\r\n/kugetsu fix\r\nall of it\r\n", "fix", "all of it"],
    ["with a no-break space before the verb", "/kugetsu\u00A0fix", "fix", ""],
    ["with a mark behind the verb", "/kugetsu status?", "status", ""],
    ["with a zero width character behind the verb", "/kugetsu fix\u200B", "fix", ""],
    ["above a mail's signature", "/kugetsu fix\n-- \nWalter", "fix", "-- \nWalter"],
    ["as `destroy`, another word for reset", "/kugetsu destroy", "reset", ""],
    ["as a mention with a verb", "@kugetsu-bot fix it", "fix", "it"],
    ["as a mention in another case, with a comma", "@Kugetsu-Bot, continue", "continue", ""],
    ["after a mention that is talk", "@kugetsu-bot thanks\n\n/kugetsu fix", "fix", ""],
    [
      "before another command: the first one wins",
      "/kugetsu stop\n/kugetsu fix",
      "stop",
      "/kugetsu fix",
    ],
  ])("%s", (_, body, verb, message) => {
    expect(parseCommand(body, bot)).toMatchObject({ verb, message });
  });
});

describe("nothing is seen", () => {
  it.each([
    ["in a code fence", "```\n/kugetsu fix\n```"],
    ["in a fence of tildes", "~~~\n/kugetsu fix\n~~~"],
    ["in a fence that is never closed", "```\n/kugetsu fix"],
    ["in indented code", "text\n\n    /kugetsu fix"],
    ["in inline code", "`/kugetsu fix`"],
    ["in inline code over two lines", "see `a\n/kugetsu fix\n` there"],
    ["in a quote", "> /kugetsu fix"],
    ["in the lazy second line of a quote", "> somebody wrote\n/kugetsu fix"],
    ["in a list item", "- /kugetsu fix"],
    ["in the lazy second line of a list item", "- first\n/kugetsu fix"],
    ["in an HTML comment", "<!--\n/kugetsu fix\n-->"],
    ["in an HTML comment with blank lines", "<!--\n\n/kugetsu fix\n\n-->"],
    ["in an HTML comment that is never closed", "<!--\n\n/kugetsu fix"],
    ["in an HTML comment inside a paragraph", "text <!-- a\n/kugetsu fix\n--> more"],
    ["in an HTML block", "<div>\n/kugetsu fix\n</div>"],
    ["in a link's title", '[a](b "x\n/kugetsu fix\n")'],
    ["in a definition's title", '[a]: b "x\n/kugetsu fix\n"'],
    ["in an image's description", "![\n/kugetsu fix\n](b)"],
    ["in a heading", "# /kugetsu fix"],
    ["in the middle of a line", "please /kugetsu fix"],
    ["behind a line separator, which Markdown does not know", "please\u2028/kugetsu fix"],
    ["with four blanks before it", "text\n    /kugetsu fix"],
    ["in a longer word", "/kugetsufix"],
    ["in a path", "/kugetsu/fix"],
    ["with a hidden character in the name", "/kuge\u200Btsu fix"],
    ["in a mention without a verb", "@kugetsu-bot what do you think?"],
    ["in a mention of a longer name", "@kugetsu-bot2 fix"],
    ["in a mention with a question", "@kugetsu-bot continue? No."],
    ["in a mention inside a sentence", "ask @kugetsu-bot fix"],
    ["in a mention of a dotted name", "@kugetsu-bot.x fix"],
    ["in nothing", ""],
  ])("%s", (_, body) => {
    expect(parseCommand(body, bot)).toBeUndefined();
  });

  it("in a mention when the bot's name is not known", () => {
    expect(parseCommand("@kugetsu-bot fix")).toBeUndefined();
  });
});

describe("the words of a command", () => {
  it("are kept word for word to the end of the comment, code and all", () => {
    const message = "this:\n\n```js\n  x()\n```\n\n> quote\n/kugetsu stop";
    expect(parseCommand(`/kugetsu fix ${message}\n\n`)?.message).toBe(message);
  });

  it("keep their line endings and the first line's indentation", () => {
    expect(parseCommand("/kugetsu fix\r\n\r\n    a\r\n  b \r\n\r\n")?.message).toBe("    a\r\n  b");
  });

  it("leave what stands before as context", () => {
    expect(parseCommand("\nSee the log.\n\n/kugetsu fix it\n")).toEqual({
      verb: "fix",
      word: "fix",
      message: "it",
      context: "See the log.",
    });
  });

  it("name no verb where there is none", () => {
    expect(parseCommand("/kugetsu")).toEqual({
      verb: undefined,
      word: "",
      message: "",
      context: "",
    });
    expect(parseCommand("/kugetsu frobnicate all")).toMatchObject({
      verb: undefined,
      word: "frobnicate",
    });
  });

  it("are no longer than 40 characters for one that is unknown", () => {
    expect(parseCommand(`/kugetsu ${"x".repeat(500)}`)?.word).toBe("x".repeat(40));
  });

  it("know every verb", () => {
    for (const verb of VERBS)
      expect(parseCommand(`/kugetsu ${verb} m`)).toMatchObject({ verb, message: "m" });
  });
});

describe("a hostile comment of a megabyte", () => {
  it.each([
    ["nested quotes", ">".repeat(1_000_000)],
    ["nested lists", "1. ".repeat(300_000)],
    ["open brackets", "[".repeat(1_000_000)],
    ["asterisks", "**a".repeat(300_000)],
    ["headings", "a\n-\n".repeat(250_000)],
    ["commands", "`/kugetsu fix\n".repeat(70_000)],
    ["comments", "<!--".repeat(250_000)],
  ])("does not hold up the server: %s", (_, bomb) => {
    const begun = busyMs();
    parseCommand(`${bomb.slice(0, 60_000)}\n\n/kugetsu fix\n\n${bomb}`, bot);
    parseCommand(bomb, bot);
    expect(busyMs() - begun).toBeLessThan(3000);
  });
});

describe("a word that is no verb", () => {
  it.each([
    ["fixx", "fix"],
    ["fxi", "fix"],
    ["fixing", "fix"],
    ["cont", "continue"],
    ["contineu", "continue"],
    ["statsu", "status"],
    ["`help`", "help"],
    ["destory", "reset"],
  ])("%s is likely %s", (word, verb) => {
    expect(suggestVerb(word)).toBe(verb);
  });

  it.each([["frobnicate"], [""], ["1234"], ["x"]])("%j is like none", (word) => {
    expect(suggestVerb(word)).toBeUndefined();
  });
});

it.each([
  ["@kugetsu[bot] fix it", "kugetsu[bot]", true],
  ["@kugetsu fix it", "kugetsu", true],
  ["@rita.b-c_d: fix it", "rita.b-c_d", false],
])("of whoever is mentioned, it is told who: %s", (body, mention, isBot) => {
  const command = parseCommand(body, { botLogin: ANYBODY });
  expect(command).toMatchObject({ verb: "fix", message: "it", mention });
  expect(isMentionOf("kugetsu[bot]", mention)).toBe(isBot);
});

describe("a GitHub App is addressed", () => {
  const app = { botLogin: "kugetsu[bot]" };

  it.each(["@kugetsu fix it", "@kugetsu[bot] fix it", "@Kugetsu, fix it"])("as %s", (body) => {
    expect(parseCommand(body, app)).toMatchObject({ verb: "fix", message: "it" });
  });

  it("by no other name", () => {
    expect(parseCommand("@kugetsubot] fix it", app)).toBeUndefined();
    expect(parseCommand("@kugetsu-bot fix it", app)).toBeUndefined();
  });
});
