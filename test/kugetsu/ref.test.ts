import { describe, expect, test } from "vitest";
import { KugetsuError } from "../../src/kugetsu/errors.ts";
import {
  isName,
  parseRef,
  pmRef,
  printRef,
  printRepository,
  sanitizeRef,
} from "../../src/kugetsu/ref.ts";

/** What is printed of a text, or in which words it is refused. */
function read(text: string): string {
  try {
    return printRef(parseRef(text));
  } catch (error) {
    if (!(error instanceof KugetsuError) || error.code !== "invalid") throw error;
    return error.message.replace(/^Not an issue ref(?: ".*")?: /, "");
  }
}

test("a ref comes apart into instance, owner, repository and identifier", () => {
  const ref = parseRef("git.example.com:3000/ann/calc.js#14");
  expect(ref).toEqual({
    instance: "git.example.com:3000",
    owner: "ann",
    repo: "calc.js",
    identifier: "14",
  });
  expect(printRepository(ref)).toBe("git.example.com:3000/ann/calc.js");
  expect(pmRef(ref)).toBe("pm:git.example.com:3000/ann/calc.js");
});

describe("what is a ref", () => {
  test.each([
    "github.com/shoko/kugetsu#14",
    "github.com/shoko/kugetsu#-discuss",
    "github.com/shoko/kugetsu#-v1.2_final-3",
    "localhost/a/b#1",
    "localhost:3000/a/b#1",
    "127.0.0.1:65535/a/b#1",
    "xn--bcher-kva.example/a/b#1",
    "github.com/_x/.github#1",
    "github.com/Shoko/Kugetsu#14",
    `github.com/${"o".repeat(100)}/${"r".repeat(100)}#${"9".repeat(18)}`,
  ])("%s is printed as it was read", (text) => {
    expect(read(text)).toBe(text);
    expect(read(read(text))).toBe(text);
  });

  test("the case of an instance says nothing, that of names is kept", () => {
    expect(read("GitHub.COM:443/Shoko/Kugetsu#-Discuss")).toBe(
      "github.com:443/Shoko/Kugetsu#-Discuss",
    );
  });
});

const INSTANCE = "the instance is not a host name.";
const USER = "the user is not a valid name.";
const REPOSITORY = "the repository is not a valid name.";
const IDENTIFIER = "the identifier is neither a number nor a name such as `-discuss`.";
const MISSING = "instance, user and repository must all be named.";
const NESTED = "nested groups are not supported.";
const LONG = "it is longer than 400 characters.";
const HASH = "the `#` before the issue number is missing.";

describe("what is none", () => {
  test.each([
    // Missing parts, and too many.
    ["", HASH],
    ["github.com/a/b", HASH],
    ["github.com/a/b/14", HASH],
    ["#14", MISSING],
    ["a/b#14", MISSING],
    ["github.com/a/b#", IDENTIFIER],
    ["github.com//b#1", USER],
    ["github.com/a/#1", REPOSITORY],
    ["/a/b#1", INSTANCE],
    ["gitlab.com/group/sub/repo#1", NESTED],
    ["https://github.com/a/b#1", NESTED],
    ["github.com/a/b/issues#1", NESTED],
    // Paths.
    ["../a/b#1", INSTANCE],
    ["github.com/../b#1", USER],
    ["github.com/./b#1", USER],
    ["github.com/a/..#1", REPOSITORY],
    ["github.com/a/b..c#1", REPOSITORY],
    ["github..com/a/b#1", INSTANCE],
    ["github.com/a/b#../../etc", IDENTIFIER],
    ["github.com/a\\..\\x/b#1", USER],
    ["github.com/%2e%2e/b#1", USER],
    ["github.com/a/b.git#1", REPOSITORY],
    ["github.com/a/b.GIT#1", REPOSITORY],
    // Options of a program.
    ["-github.com/a/b#1", INSTANCE],
    ["--help#1", MISSING],
    ["github.com/-a/b#1", USER],
    ["github.com/a/--upload-pack=x#1", REPOSITORY],
    ["github.com/a/b#--all", IDENTIFIER],
    // Control characters, blanks and what a shell reads.
    ["github.com\0/a/b#1", INSTANCE],
    ["github.com/a\0/b#1", USER],
    ["github.com/a/b\0#1", REPOSITORY],
    ["github.com/a/b#1\0", IDENTIFIER],
    ["github.com/a/b#1\n", IDENTIFIER],
    ["github.com/a/b\n#1", REPOSITORY],
    [" github.com/a/b#1", INSTANCE],
    ["github.com/a b/c#1", USER],
    ["github.com/a/$(id)#1", REPOSITORY],
    ["github.com/a/b#1;id", IDENTIFIER],
    ["github.com/a/b@{1}#1", REPOSITORY],
    // Look-alikes.
    ["g\u0456thub.com/a/b#1", INSTANCE],
    ["github.com/\u0430nn/b#1", USER],
    ["github.com/a/b\u200b#1", REPOSITORY],
    ["github.com/a/\u202eb#1", REPOSITORY],
    ["github.com/a/b#\uff11", IDENTIFIER],
    ["github.com/a/b#\u0661", IDENTIFIER],
    ["github.com\uff0fa/b#1", MISSING],
    ["github.com/a/b\uff031", HASH],
    // Users, ports and addresses.
    ["ann@github.com/a/b#1", INSTANCE],
    ["github.com:/a/b#1", INSTANCE],
    ["github.com:0/a/b#1", INSTANCE],
    ["github.com:080/a/b#1", INSTANCE],
    ["github.com:123456/a/b#1", INSTANCE],
    ["github.com:80:80/a/b#1", INSTANCE],
    ["github.com:x/a/b#1", INSTANCE],
    ["github.com./a/b#1", INSTANCE],
    [".github.com/a/b#1", INSTANCE],
    ["[::1]/a/b#1", INSTANCE],
    // Numbers that are none.
    ["github.com/a/b#0", IDENTIFIER],
    ["github.com/a/b#014", IDENTIFIER],
    ["github.com/a/b#+1", IDENTIFIER],
    ["github.com/a/b#1e3", IDENTIFIER],
    ["github.com/a/b#1.5", IDENTIFIER],
    ["github.com/a/b#-", IDENTIFIER],
    ["github.com/a/b#--", IDENTIFIER],
    ["github.com/a/b#discuss", IDENTIFIER],
    ["github.com/a/b##1", IDENTIFIER],
    ["github.com/a/b#1#2", IDENTIFIER],
    // Too much of it.
    [`github.com/a/b#${"9".repeat(19)}`, IDENTIFIER],
    [`github.com/${"o".repeat(101)}/b#1`, USER],
    [`github.com/a/b#-${"x".repeat(65)}`, IDENTIFIER],
    [`${"h".repeat(254)}/a/b#1`, INSTANCE],
    ["x".repeat(4096), LONG],
    [`github.com/a/b#${"1".repeat(4096)}`, LONG],
  ])("%j", (text, why) => {
    expect(read(text)).toBe(why);
  });

  test("is told with the way to write one", () => {
    expect(() => parseRef("14")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("instance/user/repo#identifier") }),
    );
  });

  test("is quoted on one line, and a long one not at all", () => {
    expect(() => parseRef("github.com/a/b\n\u001b[31m#1")).toThrow(
      String.raw`"github.com/a/b\n\u001b[31m#1"`,
    );
    expect(() => parseRef("x".repeat(4096))).toThrow(/^Not an issue ref: /);
    expect(() => parseRef("x".repeat(400))).toThrow(/^Not an issue ref "x{120}": /);
  });
});

test.each([
  ["ann", true],
  [".github", true],
  ["a".repeat(100), true],
  ["", false],
  [".", false],
  ["..", false],
  ["-rf", false],
  ["a/b", false],
  ["a.git", false],
  ["a\n", false],
  ["a".repeat(101), false],
])("whether %j is a name: %s", (name, is) => {
  expect(isName(name)).toBe(is);
});

describe("the file name of a ref", () => {
  test.each([
    ["github.com/shoko/kugetsu#14", "github.com-shoko-kugetsu-14"],
    ["github.com/shoko/kugetsu#-discuss", "github.com-shoko-kugetsu--discuss"],
    ["localhost:3000/a/b#1", "localhost-3000-a-b-1"],
    ["pm:localhost:3000/a/b", "pm-localhost-3000-a-b"],
  ])("of %s is %s", (ref, name) => {
    expect(sanitizeRef(ref)).toBe(name);
  });

  test("holds nothing that a path could misread, whatever it is made of", () => {
    expect(sanitizeRef("../..\\\0\n:\u0430\u2028 x")).toBe("..-..-------x");
  });
});
