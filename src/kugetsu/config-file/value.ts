/** What an assignment's right side means, or why it cannot be read. */
type Read = { readonly value: string } | { readonly why: string };

const OPERATORS = /[;&|<>()]/;
const ONLY_HOME = "of all that begins with a $ or a backquote only $HOME is understood";

/**
 * Reads the right side of an assignment as a shell would, without ever running anything: quotes, backslashes, `~`,
 * `$HOME` and comments. Blanks between words stay, since lists are written with them.
 *
 * @param userHome undefined where none is known
 */
export function readValue(text: string, userHome: string | undefined): Read {
  let value = "";
  let blanks = "";
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found !== undefined) at += found[0].length;
    return found;
  };
  while (at < text.length) {
    const [gap] = next(/\s+/y) ?? [];
    if (gap !== undefined) {
      // A comment begins after a blank: `#` inside a value is part of it.
      if (at === text.length || text[at] === "#") break;
      blanks = value === "" ? "" : gap;
      continue;
    }
    const part = readPart(next, userHome, text[at - 1]);
    if ("why" in part) return part;
    value += blanks + part.value;
    blanks = "";
  }
  return { value };
}

function readPart(
  next: (pattern: RegExp) => RegExpExecArray | undefined,
  userHome: string | undefined,
  before: string | undefined,
): Read {
  const single = next(/'([^']*)'/y);
  if (single !== undefined) return { value: single[1] ?? "" };
  const double = next(/"((?:[^"\\]|\\.)*)"/y);
  if (double !== undefined) return readDouble(double[1] ?? "", userHome);
  if (next(/\$(?:HOME(?!\w)|\{HOME\})/y) !== undefined) return homeOf(userHome);
  // As in a shell's assignments, also behind the colon of a list of paths.
  const begins = before === undefined || /[\s:,]/.test(before);
  if (begins && next(/~(?=[/:,\s]|$)/y) !== undefined) return homeOf(userHome);
  const escaped = next(/\\(.)/y);
  if (escaped !== undefined) return { value: escaped[1] ?? "" };
  const plain = next(/[^\s'"$`\\;&|<>()~]+|~/y);
  if (plain !== undefined) return { value: plain[0] };
  const [wrong = ""] = next(/./y) ?? [];
  if (wrong === "$" || wrong === "`") return { why: ONLY_HOME };
  if (wrong === "\\") return { why: "a value cannot go on on the next line" };
  if (OPERATORS.test(wrong)) return { why: `${wrong} must stand in quotes` };
  return { why: "the quotation is not closed on the same line" };
}

function readDouble(inside: string, userHome: string | undefined): Read {
  let why: string | undefined;
  const value = inside.replaceAll(
    /\\(["\\$`])|(\$HOME(?!\w)|\$\{HOME\})|[$`]/g,
    (_found, escaped: string | undefined, home: string | undefined) => {
      if (escaped !== undefined) return escaped;
      const part = home === undefined ? { why: ONLY_HOME } : homeOf(userHome);
      if ("why" in part) why = part.why;
      return "value" in part ? part.value : "";
    },
  );
  return why === undefined ? { value } : { why };
}

function homeOf(userHome: string | undefined): Read {
  return userHome === undefined
    ? { why: "this user has no home directory that ~ and $HOME could mean" }
    : { value: userHome };
}
