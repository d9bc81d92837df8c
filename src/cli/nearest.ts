import { closest, distance } from "fastest-levenshtein";

/** The word that was probably meant, or undefined when none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const found = closest(word, words);
  return distance(word, found) <= Math.max(1, Math.floor(word.length / 3)) ? found : undefined;
}
