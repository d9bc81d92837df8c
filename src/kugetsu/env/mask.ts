/** A value as it may be shown: never more than its last four characters, and those only of a long one. */
export function maskValue(value: string): string {
  if (value.length < 16) return "****";
  // What stands there must not steer the terminal that shows it.
  return `****${value.slice(-4).replaceAll(/[^\x21-\x7e]/g, "?")}`;
}
