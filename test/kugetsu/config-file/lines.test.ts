import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/kugetsu/config-file/lines.ts";
import { KugetsuError } from "../../../src/kugetsu/errors.ts";

const OPTIONS = { where: "/h/config", userHome: "/home/op" };

function valuesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...parseConfig(text, OPTIONS)].map(([name, { value }]) => [name, value]),
  );
}

function refusalOf(text: string, userHome: string | undefined = OPTIONS.userHome): KugetsuError {
  try {
    parseConfig(text, { where: OPTIONS.where, userHome });
  } catch (error) {
    if (error instanceof KugetsuError) return error;
    throw error;
  }
  throw new Error("It was accepted");
}

describe("a config file", () => {
  test.each([
    ["A=1", "1"],
    ["  A=1  ", "1"],
    ["export A=1", "1"],
    ["\texport\tA=1", "1"],
    ["A=", ""],
    ["A= # nothing", ""],
    ["A=1 # a comment", "1"],
    ["A=1#no comment", "1#no comment"],
    ["A=one, two", "one, two"],
    ["A='one  # two' # three", "one  # two"],
    ['A="one  # two"', "one  # two"],
    ["A='$HOME `id` $(id) \\'", "$HOME `id` $(id) \\"],
    ['A="\\$5 \\` \\" \\\\ \\n"', '$5 ` " \\ \\n'],
    ["A=\\$5\\ \\'", "$5 '"],
    ["A=~", "/home/op"],
    ["A=~/x", "/home/op/x"],
    ["A=~/x:~/y", "/home/op/x:/home/op/y"],
    ["A=~olivia/x", "~olivia/x"],
    ["A=x~/y", "x~/y"],
    ["A='~/x'", "~/x"],
    ["A=$HOME/x", "/home/op/x"],
    ['A="${HOME}"/x', "/home/op/x"],
    ['A="$HOME/a b"', "/home/op/a b"],
    ["A=/a'b'\"c\"d", "/abcd"],
    ["\uFEFFA=1", "1"],
    ["A=1\r", "1"],
    ["A=ü=1", "ü=1"],
    ["A=1\nA=2", "2"],
  ])("reads %j", (text, value) => {
    expect(valuesOf(text)).toEqual({ A: value });
  });

  test("knows each value's line, and passes over comments, empty lines and a bare export", () => {
    const text = "# A=1\r\n\r\nexport A B # both\r\n  A=1\r\nB='2'\r\n";
    expect(parseConfig(text, OPTIONS)).toEqual(
      new Map([
        ["A", { value: "1", line: 4 }],
        ["B", { value: "2", line: 5 }],
      ]),
    );
    expect(valuesOf("")).toEqual({});
  });

  test.each([
    ["A=$(touch /tmp/x)", "$HOME"],
    ["A=`touch /tmp/x`", "$HOME"],
    ['A="$(id)"', "$HOME"],
    ['A="`id`"', "$HOME"],
    ["A=$USER", "$HOME"],
    ["A=$HOMES", "$HOME"],
    ["A=${HOME:-/x}", "$HOME"],
    ['A="$HOME $5"', "$HOME"],
    ["A=$'x'", "$HOME"],
    ["A=$", "$HOME"],
    ["A=1; rm -rf /", "; must stand in quotes"],
    ["A=1 && id", "& must stand in quotes"],
    ["A=(1 2)", "( must stand in quotes"],
    ["A=<(id)", "< must stand in quotes"],
    ["A='1", "not closed"],
    ['A="1\\"', "not closed"],
    ["A=1\\", "next line"],
    ["A", "neither NAME=VALUE nor a comment"],
    ["A =1", "neither"],
    ["A+=1", "neither"],
    ["1A=1", "neither"],
    ["A-B=1", "neither"],
    ["if true; then", "neither"],
    ["source /etc/profile", "neither"],
    ["A=1\0", "control character"],
    ["A=\u001b[31m", "control character"],
    ["A=1\rB=2", "control character"],
    [`A=${"x".repeat(10_001)}`, "longer than"],
  ])("refuses %j and names the line", (line, why) => {
    const refusal = refusalOf(`# first\n${line}\n`);
    expect(refusal.code).toBe("failed");
    expect(refusal.message).toMatch(/^\/h\/config line 2 cannot be read: /);
    expect(refusal.message).toContain(why);
    expect(refusal.hint).toContain("never executed");
  });

  test("tells all lines at once, and never what stands there", () => {
    const { message } = refusalOf("A=$(cat secret)\nB=1\nC=`cat secret`\n");
    expect(message).toMatch(/^\/h\/config cannot be read:\n- line 1: .*\n- line 3: .*$/);
    expect(message).not.toContain("secret");
    expect(refusalOf("x\n".repeat(5_000)).message).toContain("- and 4990 more");
  });

  test("refuses ~ and $HOME where no home directory is known", () => {
    for (const text of ["A=~/x", "A=$HOME", 'A="${HOME}"'])
      expect(() => parseConfig(text, { where: "config", userHome: undefined })).toThrow(
        "no home directory",
      );
  });

  test.each(['"', "\\", "'", "~:", " #", "$HOME", "A="])(
    "takes no time for a megabyte of %j",
    (text) => {
      for (const begin of ["A=", ""])
        expect(refusalOf(begin + text.repeat(500_000)).message).toContain("longer than");
      for (const begin of ["A=", ""]) {
        const lines = `${begin}${text.repeat(4_000 / text.length)}\n`.repeat(250);
        expect([lines].flatMap(lengthOf)).toEqual([expect.any(Number)]);
      }
    },
  );
});

/** How many values it has, or lines of refusal. */
function lengthOf(text: string): number {
  try {
    return parseConfig(text, OPTIONS).size;
  } catch (error) {
    if (error instanceof KugetsuError) return error.message.split("\n").length;
    throw error;
  }
}
