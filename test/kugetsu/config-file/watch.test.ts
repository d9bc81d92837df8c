import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createConfigFile } from "../../../src/kugetsu/config-file/create.ts";
import { noConfigFile, readConfigFile } from "../../../src/kugetsu/config-file/read.ts";
import { watchConfigFile } from "../../../src/kugetsu/config-file/watch.ts";

function temporaryConfig(): string {
  const directory = mkdtempSync(join(tmpdir(), "kugetsu-config-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "config");
}

const OPTIONS = { userHome: "/home/op" };

function watching(path: string) {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const read = watchConfigFile(noConfigFile(path), { ...OPTIONS, warn });
  return { read, a: async () => (await read()).values.get("A")?.value, warnings };
}

describe("reading a config file", () => {
  test("takes a missing one for an empty one", async () => {
    const path = temporaryConfig();
    expect(await readConfigFile(path, OPTIONS)).toEqual(noConfigFile(path));
    expect((await readConfigFile(join(path, "x"), OPTIONS)).text).toBeUndefined();
    await writeFile(path, "");
    expect((await readConfigFile(join(path, "x"), OPTIONS)).text).toBeUndefined();
  });

  test("follows a symlink to a file of the user's, and closes it to others", async () => {
    const path = temporaryConfig();
    const target = join(path, "..", "elsewhere");
    await writeFile(target, "A=1\n", { mode: 0o644 });
    await symlink(target, path);
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const { values } = await readConfigFile(path, { ...OPTIONS, warn });
    expect(values.get("A")).toEqual({ value: "1", line: 1 });
    expect((await stat(target)).mode & 0o777).toBe(0o600);
    expect(warnings).toEqual([expect.stringContaining("its mode is now 0600")]);
  });

  test.each<[string, (path: string) => Promise<unknown>, string]>([
    ["a directory", (path) => mkdir(path), "is not a regular file"],
    ["a device", (path) => symlink("/dev/zero", path), "is not a regular file"],
    ["a pipe", async (path) => execFileSync("mkfifo", [path]), "is not a regular file"],
    ["a circle", (path) => symlink(path, path), "cannot be opened (ELOOP)"],
    ["10 MB", (path) => writeFile(path, "#".repeat(10_000_000)), "is larger than 1 MB"],
    ["what is not UTF-8", (path) => writeFile(path, "A=\xff", "latin1"), "is not UTF-8 text"],
    ["NUL bytes", (path) => writeFile(path, "A=1\n\0\n"), "line 2 cannot be read"],
  ])("refuses %s", async (_, make, words) => {
    const path = temporaryConfig();
    await make(path);
    await expect(readConfigFile(path, OPTIONS)).rejects.toMatchObject({
      name: "KugetsuError",
      message: expect.stringContaining(words),
      hint: expect.any(String),
    });
  });

  test.skipIf(process.getuid?.() === 0)("refuses what it may not read", async () => {
    const path = temporaryConfig();
    await writeFile(path, "", { mode: 0o000 });
    await expect(readConfigFile(path, OPTIONS)).rejects.toThrow("cannot be opened (EACCES)");
  });
});

describe("a watched config file", () => {
  test("is read anew at each change, also one of the same length in the same moment", async () => {
    const path = temporaryConfig();
    const { a, warnings } = watching(path);
    expect(await a()).toBeUndefined();
    for (let count = 0; count < 100; count += 1) {
      await writeFile(path, `A=${count % 10}\n`, { mode: 0o600 });
      expect(await a()).toBe(String(count % 10));
    }
    await rm(path);
    expect(await a()).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  test("is read anew when another file takes its place with the same times and size", async () => {
    const path = temporaryConfig();
    const { a } = watching(path);
    const then = new Date(1_772_366_400_000);
    for (const value of ["1", "2"]) {
      await writeFile(`${path}.new`, `A=${value}\n`, { mode: 0o600 });
      await utimes(`${path}.new`, then, then);
      await rename(`${path}.new`, path);
      expect(await a()).toBe(value);
    }
  });

  test("is the same object while it says the same", async () => {
    const path = temporaryConfig();
    await writeFile(path, "A=1\n", { mode: 0o600 });
    const { read } = watching(path);
    const first = await read();
    await utimes(path, new Date(), new Date());
    expect(await read()).toBe(first);
    const both = await Promise.all([read(), read()]);
    expect(both).toEqual([first, first]);
  });

  test("that is broken leaves the last good values, with one warning for each change", async () => {
    const path = temporaryConfig();
    await writeFile(path, "A=1\n", { mode: 0o600 });
    const { a, warnings } = watching(path);
    expect(await a()).toBe("1");
    await writeFile(path, "A=$(id)\n");
    for (let times = 0; times < 3; times += 1) expect(await a()).toBe("1");
    expect(warnings).toEqual([
      expect.stringMatching(/line 1 cannot be read.*\nThe settings read before still hold\.$/),
    ]);
    await writeFile(path, "\n\nA=$(id)\n");
    expect(await a()).toBe("1");
    expect(warnings[1]).toContain("line 3 cannot be read");
    await rm(path);
    await mkdir(path);
    expect(await a()).toBe("1");
    expect(warnings[2]).toContain("is not a regular file");
    await rm(path, { recursive: true });
    await writeFile(path, "A=2\n", { mode: 0o600 });
    expect(await a()).toBe("2");
    expect(warnings).toHaveLength(3);
  });
});

describe("making a config file", () => {
  test("writes comments only, for nobody else to read, and never over what is there", async () => {
    const path = temporaryConfig();
    expect(await createConfigFile({ config: path })).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const made = await readConfigFile(path, OPTIONS);
    expect(made.values.size).toBe(0);
    expect(made.text?.indexOf("MAX_CONCURRENT_AGENTS")).toBeGreaterThan(0);
    await writeFile(path, "A=1\n");
    expect(await createConfigFile({ config: path })).toBe(false);
    expect((await readConfigFile(path, OPTIONS)).text).toBe("A=1\n");
  });

  test("touches neither a directory nor a dangling symlink in its place", async () => {
    const path = temporaryConfig();
    await mkdir(path);
    expect(await createConfigFile({ config: path })).toBe(false);
    await rm(path, { recursive: true });
    await symlink(join(path, "..", "elsewhere"), path);
    expect(await createConfigFile({ config: path })).toBe(false);
    await expect(stat(join(path, "..", "elsewhere"))).rejects.toThrow("ENOENT");
  });

  test("says when the home cannot be written", async () => {
    const path = join(temporaryConfig(), "missing", "config");
    await expect(createConfigFile({ config: path })).rejects.toThrow("cannot be made (ENOENT)");
  });
});
