/** The verbs of the contract that this version understands. */
export const VERBS = [
  "fix",
  "continue",
  "delegate",
  "status",
  "stop",
  "retry",
  "reset",
  "help",
] as const;
export type Verb = (typeof VERBS)[number];

/** The verb that a word means, whatever its case; `destroy` is another word for `reset`. */
export function verbOf(word: string): Verb | undefined {
  const lower = word.toLowerCase();
  if (lower === "destroy") return "reset";
  return VERBS.find((verb) => verb === lower);
}
