import type { Thread } from "./thread.ts";
import { conversation, oneLine, shown } from "./prompt/conversation.ts";
import { fenced } from "./prompt/fence.ts";
import { type About, ownWords, type Role } from "./prompt/own-words.ts";

/** Everything that a prompt is made of. */
export interface PromptFacts {
  readonly role: Role;
  /** What the ref names; default an issue. */
  readonly about?: About | undefined;
  /** Printed issue ref; undefined for an order that comes from no issue. */
  readonly ref: string | undefined;
  readonly issueUrl: string | undefined;
  /** The branch that is checked out; dev agents have one. */
  readonly branch?: string | undefined;
  readonly base?: string | undefined;
  /** KUGETSU_TEMP_DIR. */
  readonly tempDir: string;
  /** The repository's own words for agents. */
  readonly instructions?: { readonly name: string; readonly text: string } | undefined;
  readonly thread?: Thread | undefined;
  /** What stands before the command in the same text. */
  readonly context: string;
  /** The words behind the verb; empty for a bare command, or an order that stands in no words. */
  readonly message: string;
  /** Login of whoever asked. */
  readonly actor: string;
  /** What kugetsu knows and the agent must, in kugetsu's words. */
  readonly notes: readonly string[];
  /** A fresh random token of letters and digits. */
  readonly fence: string;
}

/** Characters of a whole prompt. Only a longer message makes it longer: that one is never cut. */
const MOST = 400_000;
const MOST_INSTRUCTIONS = 32_768;

const DEFAULT_ORDER: Record<Role, string> = {
  fix: "Fix the issue: find the cause, make the change, add or adapt a test where the project has tests, and commit it.",
  continue:
    "Go on with the issue, in the light of what was said since your last turn, and commit what you change.",
  delegate: "Look at the issue, and take care that it gets done.",
};

/** The same on somebody's pull request. */
const DEFAULT_ON_PULL: Record<Role, string> = {
  fix: "Do what the reviews and comments of the pull request ask for, and mend what you find wrong with its changes; add or adapt a test where the project has tests, and commit it.",
  continue:
    "Go on with the pull request, in the light of what was said since your last turn, and commit what you change.",
  delegate: "Look at the pull request, and take care that it gets done.",
};

/**
 * The prompt of one turn. It begins with kugetsu's own words (never with `/`, which opencode takes for a command of
 * its own) and ends with the commenter's message, word for word, nothing behind it.
 */
export function buildPrompt(facts: PromptFacts): string {
  const { message, fence } = facts;
  const before = [ownWords(facts), ...notesOf(facts), ...instructionsOf(facts)];
  const after = [...contextOf(facts), orderOf(facts)];
  const used = [...before, ...after].reduce((sum, part) => sum + part.length + 2, message.length);
  const thread = facts.thread === undefined ? [] : [conversation(facts.thread, fence, MOST - used)];
  return [...before, ...thread, ...after].join("\n\n");
}

function notesOf({ notes }: PromptFacts): string[] {
  return notes.length === 0
    ? []
    : [`About this turn:\n${notes.map((note) => `- ${oneLine(note, 4000)}`).join("\n")}`];
}

function instructionsOf({ instructions, fence }: PromptFacts): string[] {
  if (instructions === undefined || instructions.text.trim() === "") return [];
  const name = oneLine(instructions.name, 100);
  const text = shown(instructions.text.slice(0, MOST_INSTRUCTIONS));
  return [
    `The repository's own rules for agents. Follow them where they do not clash with what is said above.`,
    fenced(fence, name, text),
  ];
}

function contextOf({ context, actor, fence }: PromptFacts): string[] {
  if (context.trim() === "") return [];
  return [
    fenced(
      fence,
      `what ${oneLine(actor, 100)} wrote before the order, in the same text`,
      shown(context),
    ),
  ];
}

function orderOf({ message, actor, role, about }: PromptFacts): string {
  const usual = (about === "pull request" ? DEFAULT_ON_PULL : DEFAULT_ORDER)[role];
  if (message === "")
    return `The order, given by ${oneLine(actor, 100)}, is kugetsu's usual one:\n\n${usual}`;
  return `The order, given by ${oneLine(actor, 100)}, word for word to the end:\n\n${message}`;
}
