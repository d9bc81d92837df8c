import { distance } from "fastest-levenshtein";
import { VERBS, verbOf, type Verb } from "./verb.ts";

// `fxi` is two edits from `fix`; three would find a verb in nearly any short word.
const MOST_EDITS = 2;

/** The verb that a misspelt or unfinished word was likely meant to be. */
export function suggestVerb(word: string): Verb | undefined {
  const bare = word
    .slice(0, 40)
    .toLowerCase()
    .replaceAll(/[^a-z]/g, "");
  if (bare === "") return undefined;
  const words = [...VERBS, "destroy"];
  const prefix = words.find(
    (verb) => bare.startsWith(verb) || (bare.length > 1 && verb.startsWith(bare)),
  );
  if (prefix !== undefined) return verbOf(prefix);
  const [best] = words
    .map((verb) => ({ verb, edits: distance(bare, verb) }))
    .toSorted((one, other) => one.edits - other.edits);
  return best !== undefined && best.edits <= MOST_EDITS && best.edits < bare.length
    ? verbOf(best.verb)
    : undefined;
}
