import { describe, expect, test } from "vitest";
import { extraNote } from "../../src/reply/extras.ts";

describe("extraNote", () => {
  test("names the setting that would allow what is asked for", () => {
    expect(extraNote({ kind: "not_allowed", what: "submodules" })).toBe(
      "`.kugetsu.yml` asks for submodules; the operator can allow that with `ALLOW_SUBMODULES`.",
    );
    expect(extraNote({ kind: "not_allowed", what: "lfs" })).toContain("`ALLOW_LFS`");
  });

  test("shows at most five paths, whatever stands in them", () => {
    const paths = ["a`b", "<b>", "@walter", "d", "e", "f", "g"];
    expect(extraNote({ kind: "changed", what: "lfs", paths })).toBe(
      "Changes in files of Git LFS cannot be taken over, so they are in no commit: ``a`b``, `<b>`, `@walter`, `d`, `e` and 2 more.",
    );
  });

  test("says why something is not there", () => {
    expect(extraNote({ kind: "no_submodule", why: "elsewhere", paths: ["lib"] })).toBe(
      "Left out of the submodules (it does not lie on this forge): `lib`.",
    );
    expect(extraNote({ kind: "no_lfs", why: "too_large", paths: ["a.psd"] })).toBe(
      "Left as pointers of Git LFS (larger than 100 MB): `a.psd`.",
    );
  });
});
