import { KugetsuError } from "../errors.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$/s;
const MAX_VALUE = 128 * 1024;

/** One line of an env file: an assignment, or what is kept as it is (a comment, an empty line). */
export type EnvLine =
  | {
      readonly kind: "assignment";
      readonly text: string;
      readonly name: string;
      readonly value: string;
    }
  | { readonly kind: "other"; readonly text: string };

/**
 * Reads an env file: `NAME=VALUE` a line, `#` comments, single or double quotes, a leading `export`. Nothing is
 * expanded or executed: `$` and backquotes mean themselves.
 *
 * @param where the file's name for messages; what stands in the file is never quoted
 * @throws KugetsuError `failed` that names the line
 */
export function parseEnv(text: string, where: string): EnvLine[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, index) => parseLine(line, `${where} line ${index + 1}`));
}

function parseLine(text: string, where: string): EnvLine {
  if (/^\s*(?:#|$)/.test(text)) return { kind: "other", text };
  const [, name, rest] = ASSIGNMENT.exec(text) ?? [];
  if (name === undefined || rest === undefined)
    throw malformed(where, "it is neither NAME=VALUE nor a comment");
  const value = parseValue(rest, where);
  if (value.includes("\0")) throw malformed(where, "the value holds a NUL character");
  return { kind: "assignment", text, name, value };
}

function parseValue(rest: string, where: string): string {
  const text = rest.trim();
  const quote = text[0];
  // A comment begins after a blank: `#` inside a value is part of it.
  if (quote !== "'" && quote !== '"') return rest.replace(/\s#.*$/s, "").trim();
  const quoted =
    quote === "'" ? /^'([^']*)'(.*)$/s.exec(text) : /^"((?:[^"\\]|\\.)*)"(.*)$/s.exec(text);
  if (quoted === null) throw malformed(where, "the quotation is not closed on the same line");
  const [, inside = "", after = ""] = quoted;
  if (!/^\s*(?:#.*)?$/s.test(after))
    throw malformed(where, "something stands after the closing quotation mark");
  // The escapes of a shell's double quotes, so that a file which used to be sourced means the same.
  return quote === "'" ? inside : inside.replaceAll(/\\(["\\$`])/g, "$1");
}

/**
 * The line that gives `name` that value, quoted so that a shell would read the same.
 * @throws KugetsuError `invalid` for a bad name, or a value that does not fit on a line
 */
export function formatAssignment(name: string, value: string): string {
  checkVariableName(name);
  if (/[\r\n\0]/.test(value)) {
    throw new KugetsuError(
      "invalid",
      `The value of ${name} has more than one line, or a NUL character.`,
      {
        hint: "Put it into a file and set its path, where the program that reads it takes one.",
      },
    );
  }
  if (value.length > MAX_VALUE)
    throw new KugetsuError("invalid", `The value of ${name} is longer than 128 KB.`);
  return `${name}=${quoteValue(value)}`;
}

function quoteValue(value: string): string {
  if (/^[A-Za-z0-9_./:@%+,=-]*$/.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  return `"${value.replaceAll(/["\\$`]/g, String.raw`\$&`)}"`;
}

/** @throws KugetsuError `invalid` */
export function checkVariableName(name: string): void {
  if (name.length <= 128 && NAME.test(name)) return;
  throw new KugetsuError(
    "invalid",
    `${JSON.stringify(name.slice(0, 60))} is no name of a variable.`,
    {
      hint: "Letters, digits and underscores, not beginning with a digit: GITEA_TOKEN.",
    },
  );
}

function malformed(where: string, why: string): KugetsuError {
  return new KugetsuError("failed", `${where} cannot be read: ${why}.`, {
    hint: "Mend that line in an editor; the file is never executed, so nothing in it is expanded.",
  });
}
