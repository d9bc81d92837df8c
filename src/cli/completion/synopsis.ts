/** One way to call a command, as a `Usage:` line tells it. */
export interface Synopsis {
  /** What may stand at each place: words as they are written, or a name in capitals for what is filled in. */
  readonly positionals: readonly (readonly string[])[];
  readonly options: readonly Option[];
}

export interface Option {
  /** With its dashes. */
  readonly name: string;
  /** The name of its value in capitals; undefined when it takes none. */
  readonly value: string | undefined;
  /** Its line in the usage; empty when it has none. */
  readonly summary: string;
}

const LINE = /^(?:Usage:| {6}) kugetsu ([a-z-]+)(.*)$/;
const OPTION = /^--?[a-z]/;

/** Reads the ways to call the command `verb` from its usage. What it cannot read it leaves out. */
export function readSynopses(verb: string, usage: string): readonly Synopsis[] {
  const lines = usage.split("\n");
  return lines.flatMap((line) => {
    const [, name, rest = ""] = LINE.exec(line) ?? [];
    return name === verb ? [synopsisOf(rest, lines)] : [];
  });
}

/** Whether a word of a synopsis stands for something: `REF`, or `<ref>`. */
export function isPlaceholder(word: string): boolean {
  return /^(?:[A-Z][A-Z_]*|<[^>]+>)$/.test(word);
}

function synopsisOf(text: string, lines: readonly string[]): Synopsis {
  const terms = text.split(/\s+/).filter((term) => term !== "");
  const positionals: (readonly string[])[] = [];
  const options: Option[] = [];
  for (let index = 0; index < terms.length; index++) {
    const term = terms[index] ?? "";
    const words = wordsOf(term);
    const named = words.filter((word) => OPTION.test(word));
    if (named.length === 0) {
      if (words.length > 0) positionals.push(words);
      continue;
    }
    // `[--prompt TEXT]`: the bracket is still open, so what follows is the option's own.
    const [next] = wordsOf(terms[index + 1] ?? "");
    const takes =
      /^\[[^\]]+$/.test(term) && next !== undefined && isPlaceholder(next) ? next : undefined;
    if (takes !== undefined) index++;
    options.push(...named.map((name) => ({ name, value: takes, summary: summaryOf(name, lines) })));
  }
  return { positionals, options };
}

/** The alternatives of a term, without what only marks it as optional or repeated. */
function wordsOf(term: string): readonly string[] {
  return term
    .replaceAll(/[[\]()…]|\.{3}/g, "")
    .split("|")
    .filter((word) => word !== "" && word !== "-" && word !== "--");
}

function summaryOf(name: string, lines: readonly string[]): string {
  const described = lines.find((line) => line.startsWith(`  ${name} `));
  return described?.replace(/^ {2}.*? {2,}/, "") ?? "";
}
