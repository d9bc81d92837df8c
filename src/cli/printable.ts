// Controls, marks that change how the rest of a line is drawn, and what ends a line elsewhere than where it seems to.
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}/gu;

// Nearly all there is, and a list has thousands of them.
const PLAIN = /^[ -~]*$/;

/** The text as one line that a terminal only draws: each character that could do more is shown as U+FFFD. */
export function printable(text: string): string {
  return PLAIN.test(text) ? text : text.replaceAll(UNSAFE, "\u{FFFD}");
}

/** JSON in one line, in which such characters are escaped: the same value to a program, and harmless to a terminal. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(UNSAFE, (found) =>
    Array.from(
      { length: found.length },
      (_, index) => `\\u${found.charCodeAt(index).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}
