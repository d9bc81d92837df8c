import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { formatAssignment, parseEnv } from "../../../src/kugetsu/env/lines.ts";

const valueOf = (text: string) =>
  parseEnv(text, "default.env").flatMap((line) =>
    line.kind === "assignment" ? [[line.name, line.value]] : [],
  );

describe("an env file's lines", () => {
  test.each([
    ["a plain value", "A=b", "b"],
    ["a value with blanks around it", "  A =  b c  ", "b c"],
    ["a leading export", "export A=b", "b"],
    ["an empty value", "A=", ""],
    ["a comment after a value", "A=b # not this", "b"],
    ["a comment in the place of the value", "A= # not this", ""],
    ["a number sign inside a value", "A=b#c", "b#c"],
    ["a number sign at a value's start", "A=#fff", "#fff"],
    ["an equals sign in the value", "A=b=c==", "b=c=="],
    ["single quotes", "A='b # \"c\" \\ $D'", 'b # "c" \\ $D'],
    ["double quotes", "A=\"b # 'c'\"", "b # 'c'"],
    ["escapes in double quotes", 'A="\\"\\\\\\$\\`\\n"', '"\\$`\\n'],
    ["a comment after quotes", "A='b' # c", "b"],
    [
      "a command substitution, which is never run",
      "A=$(touch /tmp/x)`id`${HOME}",
      "$(touch /tmp/x)`id`${HOME}",
    ],
    ["a carriage return at the end", "A=b\r\n", "b"],
    ["a byte order mark", "\uFEFFA=b", "b"],
  ])("read %s", (_, text, value) => {
    expect(valueOf(text)).toEqual([["A", value]]);
  });

  test("keep the order, and what is a comment or empty", () => {
    const text = "# first\n\nB=1\nA=2\nB=3\n";
    expect(valueOf(text)).toEqual([
      ["B", "1"],
      ["A", "2"],
      ["B", "3"],
    ]);
    expect(
      parseEnv(text, "")
        .map((line) => `${line.text}\n`)
        .join(""),
    ).toBe(text);
  });

  test.each([
    ["no assignment", "A=b\nsecret words"],
    ["a bad name", "A=b\n1A=secret"],
    ["a dash in a name", "A=b\nA-B=secret"],
    ["an open quotation", "A=b\nC='secret"],
    ["an open double quotation", 'A=b\nC="secret\\"'],
    ["words after a quotation", "A=b\nC='x'secret"],
    ["a NUL", "A=b\nC=secret\0"],
  ])("are refused for %s, naming the line and never what stands there", (_, text) => {
    expect(() => parseEnv(text, "default.env")).toThrow(
      expect.objectContaining({
        code: "failed",
        message: expect.stringMatching(/^default\.env line 2 (?!.*secret)/),
      }),
    );
  });
});

describe("a written assignment", () => {
  const values = [
    "",
    "plain",
    "with blank",
    " around ",
    "#hash",
    "a # b",
    "it's",
    '"',
    "\\",
    "$HOME",
    "$(id)",
    "`id`",
    "a'b\"c\\d$e`f",
    "~",
    "~/x",
    "*",
    "a;b",
    "é ü 月",
    "\t",
    "!x",
    "-n",
    "a=b",
  ];

  test.each(values)("of %j is read as it was given", (value) => {
    expect(valueOf(formatAssignment("A", value))).toEqual([["A", value]]);
  });

  test("means the same to a shell that sources it", async () => {
    const script = values
      .map((value) => `${formatAssignment("A", value)}\nprintf '%s\\0' "$A"\n`)
      .join("");
    const { stdout } = await execa("sh", ["-c", script], { stripFinalNewline: false });
    expect(stdout.split("\0").slice(0, -1)).toEqual(values);
  });

  test.each(["a\nB=c", "a\r", "a\0b", "x".repeat(200_000)])(
    "is refused for a value of several lines",
    (value) => {
      expect(() => formatAssignment("A", value)).toThrow(
        expect.objectContaining({ code: "invalid" }),
      );
    },
  );

  test.each(["", "1A", "A-B", "A B", "A=B", "Ä", "A\nB", "x".repeat(200)])(
    "is refused for the name %j",
    (name) => {
      expect(() => formatAssignment(name, "v")).toThrow(
        expect.objectContaining({ code: "invalid" }),
      );
    },
  );
});
