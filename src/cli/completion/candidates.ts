import type { CliCommand } from "../command.ts";
import { isPlaceholder, type Option, readSynopses, type Synopsis } from "./synopsis.ts";

/** What may stand at the cursor. */
export interface Candidate {
  readonly word: string;
  /** One line, or empty. */
  readonly summary: string;
}

/** Where candidates come from that no usage names. */
export interface Sources {
  readonly verbs: () => Promise<readonly Candidate[]>;
  readonly command: (name: string) => Promise<CliCommand | undefined>;
  /** Of the placeholder `REF`: issue refs that have a session. */
  readonly refs: () => Promise<readonly string[]>;
}

/** What agents' variables are kept in. */
const ENV_FILES = ["default", "pm-agent"];
const HELP: Option = { name: "--help", value: undefined, summary: "show what it does" };

/**
 * What can stand in place of the last of `words`, the one that is being written; the others stand before it, the
 * program's own name left out.
 */
export async function candidatesFor(
  words: readonly string[],
  sources: Sources,
): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? "";
  const [verb, ...before] = words.slice(0, -1);
  const all =
    verb === undefined ? await sources.verbs() : await argumentsOf(verb, before, current, sources);
  const unique = new Map(all.map((candidate) => [candidate.word, candidate]));
  return [...unique.values()].filter(({ word }) => word.startsWith(current));
}

async function argumentsOf(
  verb: string,
  before: readonly string[],
  current: string,
  sources: Sources,
): Promise<readonly Candidate[]> {
  const command = await sources.command(verb);
  if (command === undefined) return [];
  const synopses = readSynopses(verb, command.usage);
  const options = synopses.flatMap((synopsis) => synopsis.options);
  const { positionals, open, ended } = readWords(before, options);
  if (open !== undefined) return valuesOf(open, sources);
  const fitting = synopses.filter((synopsis) => fits(synopsis, positionals));
  if (current.startsWith("-") && !ended) {
    return [...fitting.flatMap((synopsis) => synopsis.options), HELP].map(({ name, summary }) => ({
      word: name,
      summary,
    }));
  }
  const possible = new Set(
    fitting.flatMap((synopsis) => synopsis.positionals[positionals.length] ?? []),
  );
  return (await Promise.all([...possible].map((word) => valuesOf(word, sources)))).flat();
}

/** What stands before the cursor: its positionals, and the value that an option still waits for. */
function readWords(words: readonly string[], options: readonly Option[]) {
  const end = words.indexOf("--");
  const positionals: string[] = [];
  let open: string | undefined;
  for (const word of end === -1 ? words : words.slice(0, end)) {
    if (open !== undefined) open = undefined;
    else if (word.startsWith("-") && word !== "-")
      open = options.find(({ name }) => name === word)?.value;
    else positionals.push(word);
  }
  if (end !== -1) positionals.push(...words.slice(end + 1));
  return { positionals, open, ended: end !== -1 };
}

function fits({ positionals }: Synopsis, given: readonly string[]): boolean {
  return given.every((word, index) =>
    positionals[index]?.some((possible) => isPlaceholder(possible) || possible === word),
  );
}

async function valuesOf(word: string, sources: Sources): Promise<readonly Candidate[]> {
  if (!isPlaceholder(word)) return [{ word, summary: "" }];
  switch (word.replaceAll(/[<>]/g, "").toUpperCase()) {
    case "REF":
      return (await sources.refs()).map(bare);
    case "FILE":
      return ENV_FILES.map(bare);
    case "COMMAND":
      return sources.verbs();
    default:
      return [];
  }
}

function bare(word: string): Candidate {
  return { word, summary: "" };
}
