import { expect, test } from "vitest";
import { isInside } from "../../../src/kugetsu/git/real-path.ts";

test.each(["lib", "a/b ü/c", ".github", "..a", "-x", ":(glob)x"])("%s lies inside", (path) => {
  expect(isInside(path)).toBe(true);
});

test.each(["", "/etc", "../x", "a/../b", "a//b", "a/", ".", ".git", "a/.GIT/b", "a\nb", "a\\b"])(
  "%j does not",
  (path) => {
    expect(isInside(path)).toBe(false);
  },
);
