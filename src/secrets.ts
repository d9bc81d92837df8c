const HIDDEN = "***";
// A shorter one would hide ordinary words everywhere; nobody's real secret is that short.
const LEAST = 8;
const LEAST_LINE = 16;
// What writing Markdown or JSON puts between the characters of a text: escapes, and the breaks that make a mention
// harmless. A secret is found through them.
const BETWEEN = String.raw`[\\\u200B]{0,2}`;

/** Replaces every secret that it knows, in all its usual forms, with `***`. */
export type Mask = (text: string) => string;

/**
 * The one mask that every comment, pull request text, commit message and log line goes through.
 *
 * Finds each secret of at least 8 characters as it is, URL-encoded, escaped for JSON, HTML and Markdown, in hex and in
 * base64 (each of the three alignments, URL-safe too), and the long lines of one that has several. Its cost is linear
 * in the text's length. Mask before text is made harmless as well as after: changed text may hide a secret.
 * @param secrets asked at every call, so that new secrets count at once
 */
export function createMask(secrets: () => Iterable<string>): Mask {
  const find = finder(secrets);
  return (text) => {
    const pattern = find();
    return pattern === undefined ? text : text.replaceAll(pattern, HIDDEN);
  };
}

/** Compiles the pattern anew only when the secrets have changed; undefined when there is none to look for. */
function finder(secrets: () => Iterable<string>): () => RegExp | undefined {
  let known: readonly string[] = [];
  let current: RegExp | undefined;
  return () => {
    const now = [...secrets()];
    if (now.length === known.length && now.every((secret, index) => secret === known[index]))
      return current;
    known = now;
    current = compile(now);
    return current;
  };
}

function compile(secrets: readonly string[]): RegExp | undefined {
  const forms = new Set<string>();
  for (const secret of secrets.flatMap(partsOf))
    for (const form of formsOf(secret)) forms.add(form);
  if (forms.size === 0) return undefined;
  const longestFirst = [...forms].toSorted((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map(patternOf).join("|"), "gu");
}

/** The secret and, of a key in several lines, each line: logs print them one by one. */
function partsOf(secret: string): string[] {
  const whole = secret.trim();
  const lines = whole.split(/\r?\n/).map((line) => line.trim());
  const long =
    lines.length > 1
      ? lines.filter((line) => line.length >= LEAST_LINE && !line.startsWith("-----"))
      : [];
  return [whole, ...long].filter((part) => part.length >= LEAST);
}

function formsOf(secret: string): string[] {
  const url = encodeURIComponent(secret.toWellFormed());
  const form = new URLSearchParams({ s: secret }).toString().slice(2);
  const json = JSON.stringify(secret).slice(1, -1);
  const hex = Buffer.from(secret).toString("hex");
  const base64 = [0, 1, 2].flatMap((before) => base64Of(secret, before));
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll("/", String.raw`\/`),
    goJson(json),
    html(secret),
    url,
    lowerPercent(url),
    form,
    lowerPercent(form),
    encodeURI(secret.toWellFormed()),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => encodeURIComponent(text)),
  ];
}

/** The characters that the secret alone decides, with so many bytes of something else before it. */
function base64Of(secret: string, before: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  const first = Math.ceil((before * 8) / 6);
  const standard = bytes.toString("base64").slice(first, Math.floor((bytes.length * 8) / 6));
  return [standard, standard.replaceAll("+", "-").replaceAll("/", "_")];
}

/** Go's encoder, Gitea's, also escapes what HTML minds. */
function goJson(json: string): string {
  return json.replaceAll(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

function html(text: string): string {
  const names: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&#34;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (character) => names[character] ?? character);
}

function lowerPercent(url: string): string {
  return url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}

function patternOf(form: string): string {
  let pattern = "";
  for (const character of form) {
    const literal = /[A-Za-z0-9]/.test(character)
      ? character
      : `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`;
    // Not before a backslash of its own: two ways to read one character would make the search slow.
    pattern += (pattern === "" || character === "\\" ? "" : BETWEEN) + literal;
  }
  return pattern;
}
