import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { isBranch } from "../../../src/kugetsu/git/check.ts";

it.each([
  "main",
  "fix/issue-14",
  "a.b",
  "ü",
  "a@b",
  "@{",
  "a@{b",
  "-x",
  "--upload-pack=x",
  "a..b",
  "a/",
  "/a",
  "a//b",
  ".a",
  "a/.b",
  "a.lock",
  "a.lock/b",
  "a.",
  "a b",
  "a~",
  "a^",
  "a:",
  "a?",
  "a*",
  "a[",
  "a\\",
  "a\u007f",
  "a\tb",
  "HEAD",
  "head",
  "+x",
  "#1",
  "a{b",
  "refs/heads/x",
  "",
])("says of %j what git says", (name) => {
  let isRight = true;
  try {
    execFileSync("git", ["check-ref-format", "--branch", name], { stdio: "ignore", cwd: "/" });
  } catch {
    isRight = false;
  }
  expect(isBranch(name)).toBe(isRight);
});
