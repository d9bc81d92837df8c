import { expect, test } from "vitest";
import { readPointer } from "../../../src/kugetsu/git/lfs-pointer.ts";

const OID = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
const TEXT = `version https://git-lfs.github.com/spec/v1\noid sha256:${OID}\nsize 12345\n`;

test("a pointer is read", () => {
  expect(readPointer(TEXT)).toEqual({ oid: OID, size: 12_345 });
});

test.each([
  ["without its last line break", TEXT.trimEnd()],
  ["with more behind it", `${TEXT}more`],
  ["with Windows' line breaks", TEXT.replaceAll("\n", "\r\n")],
  ["of another hash", TEXT.replace("sha256", "sha512")],
  ["with a path for a hash", TEXT.replace(OID, "../".repeat(21) + "x")],
  ["with a negative size", TEXT.replace("12345", "-1")],
  ["with an extension", TEXT.replace("oid ", "ext-0-foo sha256:1\noid ")],
])("none is one %s", (_what, text) => {
  expect(readPointer(text)).toBeUndefined();
});
