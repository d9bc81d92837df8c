import { describe, expect, test } from "vitest";
import { wishOf } from "../../../src/kugetsu/extras/wish.ts";

const NOTHING = { submodules: false, lfs: false };

describe("wishOf", () => {
  test.each([
    ["", { ...NOTHING, notes: [] }],
    ["# nothing yet\n", { ...NOTHING, notes: [] }],
    ["submodules: true\n", { submodules: true, lfs: false, notes: [] }],
    ["lfs: true\nsubmodules: false\n", { submodules: false, lfs: true, notes: [] }],
    ['{"lfs": true}', { submodules: false, lfs: true, notes: [] }],
  ])("reads %j", (text, wish) => {
    expect(wishOf(text)).toEqual(wish);
  });

  test("names keys that it does not know, and counts the others", () => {
    expect(wishOf("lfs: true\nmodel: big\n1: x\n__proto__: y\n")).toEqual({
      submodules: false,
      lfs: true,
      notes: [{ kind: "unknown_keys", names: ["model", "(no text)", "__proto__"] }],
    });
  });

  test.each(["yes", '"true"', "1", "[true]", "~"])("takes %s for no answer", (value) => {
    expect(wishOf(`submodules: ${value}\n`)).toEqual({
      ...NOTHING,
      notes: [{ kind: "not_boolean", names: ["submodules"] }],
    });
  });

  test.each([
    ["what is no YAML", "lfs: [true"],
    ["a key that stands twice", "lfs: false\nlfs: true\n"],
    ["a list", "- lfs\n"],
    ["two documents", "lfs: true\n---\nlfs: false\n"],
    ["aliases", "a: &a [x]\nb: [*a, *a]\nlfs: true\n"],
    ["brackets in brackets without end", "[".repeat(5_000)],
  ])("counts nothing of %s", (_what, text) => {
    expect(wishOf(text)).toEqual({ ...NOTHING, notes: [{ kind: "unreadable", why: "yaml" }] });
  });
});
