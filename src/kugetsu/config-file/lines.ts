import { KugetsuError } from "../errors.ts";
import { readValue } from "./value.ts";

/** What a line of a config file assigns. */
export interface ConfigValue {
  readonly value: string;
  /** The first one is 1. */
  readonly line: number;
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/;
// `export NAME` alone gives nothing a value; homes of the shell version may have it.
const NOTHING = /^\s*(?:#.*|export(?:\s+[A-Za-z_]\w*)+\s*(?:#.*)?)?$/;
const MOST_TOLD = 10;
const LONGEST = 10_000;

/**
 * Reads `NAME=VALUE` lines; of several lines with one name the last holds. Nothing is ever executed.
 *
 * @param options.where the file's name for messages; what stands in the file is never quoted
 * @param options.userHome what `~` and `$HOME` mean
 * @throws KugetsuError `failed` that names every line that cannot be read
 */
export function parseConfig(
  text: string,
  options: { readonly where: string; readonly userHome: string | undefined },
): Map<string, ConfigValue> {
  const values = new Map<string, ConfigValue>();
  const problems: { line: number; why: string }[] = [];
  for (const [index, content] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n|\r$/)
    .entries()) {
    const line = index + 1;
    const read = readLine(content, options.userHome);
    if (read === undefined) continue;
    if ("why" in read) problems.push({ line, why: read.why });
    else values.set(read.name, { value: read.value, line });
  }
  if (problems.length > 0) throw unreadable(options.where, problems);
  return values;
}

function readLine(
  content: string,
  userHome: string | undefined,
): { name: string; value: string } | { why: string } | undefined {
  if (content.length > LONGEST) return { why: "it is longer than 10,000 characters" };
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(content))
    return { why: "it holds a control character" };
  if (NOTHING.test(content)) return undefined;
  const [, name, rest] = ASSIGNMENT.exec(content) ?? [];
  if (name === undefined || rest === undefined)
    return { why: "it is neither NAME=VALUE nor a comment" };
  const read = readValue(rest, userHome);
  return "why" in read ? read : { name, value: read.value };
}

function unreadable(
  where: string,
  problems: readonly { line: number; why: string }[],
): KugetsuError {
  const [first, second] = problems;
  const told = problems.slice(0, MOST_TOLD).map(({ line, why }) => `- line ${line}: ${why}`);
  const rest = problems.length - told.length;
  if (rest > 0) told.push(`- and ${rest} more`);
  return new KugetsuError(
    "failed",
    first !== undefined && second === undefined
      ? `${where} line ${first.line} cannot be read: ${first.why}.`
      : `${where} cannot be read:\n${told.join("\n")}`,
    {
      hint: "Mend it in an editor. The file is never executed: a value is taken as it stands, but for ~ and $HOME, and in single quotes those too.",
    },
  );
}
