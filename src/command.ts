import { fromMarkdown } from "mdast-util-from-markdown";
import type { Root } from "mdast";
import { withDeadline } from "./markdown/deadline.ts";
import { withoutInvisible } from "./markdown/invisible.ts";
import { verbOf, type Verb } from "./command/verb.ts";

export { suggestVerb } from "./command/suggest.ts";
export { VERBS, type Verb } from "./command/verb.ts";

/** What a comment asks for. */
export interface Command {
  /** undefined when the word after `/kugetsu` is no verb. */
  readonly verb: Verb | undefined;
  /** The word as written, for a did-you-mean; empty for a bare `/kugetsu`. At most 40 characters. */
  readonly word: string;
  /** Everything after the verb to the end of the comment, trimmed, otherwise word for word. */
  readonly message: string;
  /** What stands before the command in the comment, trimmed. */
  readonly context: string;
  /** Whom it is said to, where ANYBODY may be meant. */
  readonly mention?: string;
}

/** In the place of the bot's login, while that is not known: whoever is mentioned may be meant. */
export const ANYBODY = Symbol("anybody");

/** A command stands in the first 64 K characters of a comment: only so much is parsed. */
const MOST_PARSED = 65_536;
/** Milliseconds. Real comments take a few, the longest under 200; whoever nests ten thousand quotes does without an answer. */
const DEADLINE = 500;
const MOST_WORD = 40;

const NEXT_WORD = /[ \t\u00A0]*(\S*)/y;
const REST_OF_LINE = /[ \t\u00A0]*(?:\r\n?|\n|$)/y;

/** How the bot may be addressed. */
interface Address {
  /** Its login, where `@login` before a verb is a command as well. */
  readonly botLogin?: string | typeof ANYBODY | undefined;
  /** Whether `/kugetsu` is one; default true. */
  readonly slash?: boolean;
}

/**
 * The first command of a comment, or undefined when it has none. A command is what a reader sees at the start of a
 * line, so the text is parsed as Markdown: code, quotes, lists, HTML and link titles hold none.
 * `@botLogin` counts only before a known verb; people talk about the bot, too.
 */
export function parseCommand(body: string, address: Address = {}): Command | undefined {
  const candidates = findCandidates(body, address);
  const last = candidates.at(-1);
  if (last === undefined) return undefined;
  const text = body.slice(0, paragraphEnd(body, last.start));
  const visible = withDeadline(DEADLINE, () => proseOf(text));
  if (visible === undefined) return undefined;
  return candidates.find(({ start }) =>
    visible.some((prose) => prose.start <= start && start < prose.end),
  )?.command;
}

interface Candidate {
  /** Offset of `/` or `@`. */
  readonly start: number;
  readonly command: Command;
}

/** Lines that would be a command if a reader saw them as plain text. */
function findCandidates(body: string, { botLogin = "", slash = true }: Address): Candidate[] {
  const names = [
    ...(slash ? [String.raw`(?<slash>\/kugetsu)`] : []),
    ...(botLogin === "" ? [] : [`@(?<login>${nameOf(botLogin)})[,:]?`]),
  ];
  if (names.length === 0) return [];
  // Not `^`: with the m flag it also matches after U+2028, where Markdown has no new line.
  const pattern = new RegExp(
    `(?<![^\\r\\n]) {0,3}(?:${names.join("|")})(?=[ \\t\\u00A0\\r\\n]|$)`,
    "gi",
  );
  const candidates = [];
  for (const match of body.slice(0, MOST_PARSED).matchAll(pattern)) {
    const end = match.index + match[0].length;
    const start = match.index + match[0].search(/[/@]/);
    const command = readCommand(body, {
      start,
      end,
      mentioned: match.groups?.["slash"] === undefined,
    });
    const mention = match.groups?.["login"];
    const said = botLogin === ANYBODY && mention !== undefined ? { mention } : {};
    if (command !== undefined) candidates.push({ start, command: { ...command, ...said } });
  }
  return candidates;
}

function readCommand(
  body: string,
  at: { start: number; end: number; mentioned: boolean },
): Command | undefined {
  NEXT_WORD.lastIndex = at.end;
  const written = NEXT_WORD.exec(body)?.[1] ?? "";
  const word = withoutInvisible(written.slice(0, 4 * MOST_WORD)).slice(0, MOST_WORD);
  // `/kugetsu status?` is an order; `@kugetsu continue?` is talk.
  const verb = verbOf(at.mentioned ? word : word.replace(/[.,:;!?]+$/, ""));
  if (at.mentioned && verb === undefined) return undefined;
  const message = trimMessage(body, NEXT_WORD.lastIndex);
  return { verb, word, message, context: body.slice(0, at.start).trim() };
}

/** Blanks on the verb's line, blank lines before and after; the indentation of a first line below it stays. */
function trimMessage(body: string, from: number): string {
  let start = from;
  for (;;) {
    REST_OF_LINE.lastIndex = start;
    const blank = REST_OF_LINE.exec(body);
    if (blank === null || blank[0] === "") break;
    start = REST_OF_LINE.lastIndex;
  }
  const rest = body.slice(start).trimEnd();
  return start === from ? rest.trimStart() : rest;
}

/** No paragraph goes on over a blank line, so what stands behind one cannot change what a line before it is. */
function paragraphEnd(body: string, from: number): number {
  const blank = /(?:\r\n?|\n)[ \t]*(?:[\r\n]|$)/g;
  blank.lastIndex = from;
  const end = blank.exec(body)?.index ?? body.length;
  return Math.min(end, MOST_PARSED);
}

/** Where plain text stands, outside of everything that quotes, hides, lists or links it. */
function proseOf(text: string): { start: number; end: number }[] {
  // Emphasis and character references cannot hide a line, and cost the most of what could be done without.
  const root: Root = fromMarkdown(text, {
    extensions: [{ disable: { null: ["attention", "characterReference"] } }],
  });
  const prose = [];
  for (const block of root.children) {
    // `---` under a line makes a heading of it: that is how mails end.
    if (block.type !== "paragraph" && block.type !== "heading") continue;
    for (const { type, position } of block.children) {
      if (type !== "text") continue;
      prose.push({ start: position?.start.offset ?? 0, end: position?.end.offset ?? 0 });
    }
  }
  return prose;
}

/** Whether a mention of anybody is one of the bot. */
export function isMentionOf(botLogin: string, mention: string): boolean {
  return new RegExp(`^${nameOf(botLogin)}$`, "i").test(mention);
}

/** A GitHub App is `slug[bot]` to the API, and `@slug` to people. */
function nameOf(botLogin: string | typeof ANYBODY): string {
  if (botLogin === ANYBODY) return String.raw`[A-Za-z0-9][\w.-]{0,99}(?:\[bot\])?`;
  const slug = botLogin.replace(/\[bot\]$/, "");
  return slug === botLogin ? escapeRegExp(slug) : String.raw`${escapeRegExp(slug)}(?:\[bot\])?`;
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_]/g, String.raw`\$&`);
}
