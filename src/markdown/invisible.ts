const LINE_ENDINGS = /\r\n?|[\u2028\u2029]/g;

// The first group is what writing needs: presentation of an emoji, joined emoji, and the joiners of scripts whose
// letters change shape. One of them between two visible characters carries no message.
const KEPT = [
  String.raw`(?<=\p{Extended_Pictographic})\uFE0F`,
  String.raw`(?<=[0-9#*])\uFE0F(?=\u20E3)`,
  String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})`,
  String.raw`(?<=[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{M}])[\u200C\u200D](?=[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{L}])`,
].join("|");

// Default_Ignorable_Code_Point is Unicode's own list of what is not drawn: zero width characters, soft hyphen, bidi
// controls, variation selectors, tags, fillers. Controls and interlinear annotations are not on it.
const HIDDEN = String.raw`[\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]|[^\P{Cc}\n\t]`;

const INVISIBLE = new RegExp(`(${KEPT})|${HIDDEN}`, "gu");

/**
 * Removes every character that a reader does not see, and all controls but line feed and tab. Line endings become
 * line feeds, lone surrogates become U+FFFD. Linear in the text's length, and a second pass changes nothing.
 */
export function withoutInvisible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(LINE_ENDINGS, "\n")
    .replaceAll(INVISIBLE, (_, kept: string | undefined) => kept ?? "");
}
