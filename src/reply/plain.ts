import { stripVTControlCharacters } from "node:util";
import { withoutInvisible } from "../markdown/invisible.ts";

/**
 * One line without Markdown, mentions and references, for titles, commit subjects and lines of progress. What is
 * taken out leaves no invisible character behind. Where it stands in Markdown, put it into `code`.
 * @param max characters
 */
export function plain(text: string, max: number): string {
  const line = withoutInvisible(stripVTControlCharacters(text.slice(0, 4 * max + 1000)))
    .replaceAll(/<!--.*?(?:-->|$)/gs, " ")
    .replaceAll(/!?\[([^[\]]*)\]\([^()\s]*\)/g, "$1")
    .replaceAll(/^[ \t]{0,3}(?:#{1,6}|>|[-*+])[ \t]+/gm, "")
    .replaceAll(/(\*\*|~~)([^*~\n]+)\1/g, "$2")
    .replaceAll(/`+/g, "")
    .replaceAll(/\bhttps?:\/\//gi, "")
    .replaceAll(/(?<=\w)@(?=\w)/g, " at ")
    .replaceAll(/@(?=\S)/g, "")
    .replaceAll(/(?<=\w)[#!](?=\d)/g, " ")
    .replaceAll(/[#!](?=\d)/g, "")
    .replaceAll(/\b(GH)-(?=\d)/gi, "$1 ")
    .replaceAll(/\s+/g, " ")
    .trim()
    // A line that begins like a command is one where it opens a comment.
    .replace(/^\/+/, "");
  return line.length <= max
    ? line
    : `${line
        .slice(0, Math.max(0, max - 1))
        .trimEnd()
        .toWellFormed()}…`;
}
