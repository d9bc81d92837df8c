const LENGTH = 300;

/** On one line, without control characters, cut with `…` to a length. */
export function oneLine(text: string, length: number): string {
  const line = text
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/\u001b\[[0-9;]*[A-Za-z]|[\u0000-\u001f\u007f-\u009f]+/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length <= length
    ? line
    : `${line.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Foreign words as they may be posted: one line of at most 300 characters, without the secrets. */
export function cleanWords(text: string, secrets: readonly string[]): string {
  // Before the cut, which could leave half a secret.
  return oneLine(withoutSecrets(text, secrets), LENGTH);
}

/** The text with each of these secrets, as it is, replaced. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= 6)
    .toSorted((first, second) => second.length - first.length)
    .reduce((words, secret) => words.replaceAll(secret, "****"), text);
}

/** A text cut at a character's border to at most so many bytes of UTF-8. */
export function cutBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text, "utf8");
  if (encoded.length <= bytes) return text;
  // A character that the cut went through decodes to a replacement, which is dropped.
  return encoded
    .subarray(0, bytes)
    .toString("utf8")
    .replace(/\uFFFD+$/, "");
}

/** A time span for people: `45 seconds`, `30 minutes`. */
export function spanWords(ms: number): string {
  const [amount, unit] =
    ms >= 60_000
      ? [Math.round(ms / 60_000), "minute"]
      : [Math.max(1, Math.round(ms / 1000)), "second"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
