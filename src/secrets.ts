const HIDDEN = "***";
// A shorter one would hide ordinary words everywhere; nobody's real secret is that short.
const LEAST = 8;
const LEAST_LINE = 16;
// What writing Markdown or JSON puts between the characters of a text: escapes, and the breaks that make a mention
// harmless. A secret is found through them.
const BETWEEN = /[\\\u200B]/g;
const ZERO_WIDTH = 0x200b;
const BACKSLASH = 0x5c;

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
    const forms = find();
    if (forms === undefined) return text;
    const spans = [...spansIn(text, forms.asTheyAre), ...spansThrough(text, forms.bare)];
    return spans.length === 0 ? text : hide(text, spans);
  };
}

/** What is looked for, by its first characters, the longest first. */
type Forms = ReadonlyMap<string, readonly string[]>;
interface AllForms {
  readonly asTheyAre: Forms;
  /** Without what may stand between. */
  readonly bare: Forms;
}

/** Sorts the forms anew only when the secrets have changed; undefined when there is none to look for. */
function finder(secrets: () => Iterable<string>): () => AllForms | undefined {
  let known: readonly string[] = [];
  let current: AllForms | undefined;
  return () => {
    const now = [...secrets()];
    if (now.length === known.length && now.every((secret, index) => secret === known[index]))
      return current;
    known = now;
    const forms = now.flatMap(partsOf).flatMap(formsOf);
    current =
      forms.length === 0
        ? undefined
        : {
            asTheyAre: byStart(forms),
            bare: byStart(forms.map((form) => form.replaceAll(BETWEEN, ""))),
          };
    return current;
  };
}

function byStart(forms: readonly string[]): Forms {
  const found = new Map<string, string[]>();
  const longestFirst = [...new Set(forms)].toSorted((one, other) => other.length - one.length);
  for (const form of longestFirst) {
    if (form.length < LEAST) continue;
    const start = form.slice(0, LEAST);
    const same = found.get(start);
    if (same === undefined) found.set(start, [form]);
    else same.push(form);
  }
  return found;
}

/** From where to where, in UTF-16 units. */
type Span = readonly [from: number, to: number];

// Not one regular expression: for the key of a GitHub App, V8 compiles that for ten seconds.
function spansIn(text: string, forms: Forms): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at + LEAST <= text.length; at++) {
    const found = forms.get(text.slice(at, at + LEAST))?.find((one) => text.startsWith(one, at));
    if (found !== undefined) spans.push([at, at + found.length]);
  }
  return spans;
}

function spansThrough(text: string, forms: Forms): Span[] {
  const bare = text.replaceAll(BETWEEN, "");
  if (bare.length === text.length) return [];
  const spans = spansIn(bare, forms);
  if (spans.length === 0) return [];
  const places = new Uint32Array(bare.length);
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== ZERO_WIDTH && code !== BACKSLASH) places[count++] = at;
  }
  return spans.map(([from, to]) => [places[from] ?? 0, (places[to - 1] ?? 0) + 1]);
}

/** Where they overlap, they are hidden as one. */
function hide(text: string, spans: readonly Span[]): string {
  let hidden = "";
  let done = 0;
  for (const [from, to] of spans.toSorted(([one], [other]) => one - other)) {
    if (from >= done) hidden += text.slice(done, from) + HIDDEN;
    done = Math.max(done, to);
  }
  return hidden + text.slice(done);
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
