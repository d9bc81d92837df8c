import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  findOpencode,
  findRipgrepDirectory,
  opencodePackages,
} from "../../../src/kugetsu/opencode/binary.ts";

const linux = { platform: "linux", arch: "x64", musl: false, avx2: true } as const;

test("the bundled opencode is the program inside the platform's package", () => {
  const path = findOpencode();
  expect(path).toMatch(
    /\/node_modules\/opencode-linux-(x64|arm64)(-baseline)?(-musl)?\/bin\/opencode$/,
  );
});

test.each([
  ["a common machine", linux, ["opencode-linux-x64", "opencode-linux-x64-baseline"]],
  ["an old processor", { ...linux, avx2: false }, ["opencode-linux-x64-baseline"]],
  [
    "Alpine",
    { ...linux, musl: true },
    ["opencode-linux-x64-musl", "opencode-linux-x64-baseline-musl"],
  ],
  ["an ARM board", { ...linux, arch: "arm64", avx2: false }, ["opencode-linux-arm64"]],
  ["a Mac", { ...linux, platform: "darwin", arch: "arm64" } as const, ["opencode-darwin-arm64"]],
])("%s gets the build that runs on it", (_, machine, packages) => {
  expect(opencodePackages(machine)).toEqual(packages);
});

test("a machine that no package fits is told so, with what to do", () => {
  const unknown = { ...linux, arch: "mips" };
  expect(() => findOpencode(undefined, unknown)).toThrow(
    expect.objectContaining({
      code: "failed",
      hint: expect.stringContaining("KUGETSU_OPENCODE_BIN"),
    }),
  );
});

test("no ripgrep is claimed for a machine that has none", () => {
  expect(findRipgrepDirectory({ ...linux, arch: "mips" })).toBeUndefined();
});

test("another program is taken when it is named, and only if it is one", async () => {
  const directory = await mkdtemp(join(tmpdir(), "kugetsu-binary-"));
  const program = join(directory, "opencode");
  await writeFile(program, "#!/bin/sh\n");
  expect(() => findOpencode(program)).toThrow(expect.objectContaining({ code: "invalid" }));
  await chmod(program, 0o755);
  expect(findOpencode(program)).toBe(program);
  expect(findOpencode("")).toBe(findOpencode());
  await rm(directory, { recursive: true });
});
