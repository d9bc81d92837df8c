import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { fork } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEnvFiles, type EnvFiles } from "../../../src/kugetsu/env/files.ts";

const SETTER = fileURLToPath(new URL("setter.ts", import.meta.url));

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe("env files", () => {
  let parent: string;
  let directory: string;
  let files: EnvFiles;
  let warnings: string[];

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "kugetsu-env-"));
    directory = join(parent, "env");
    warnings = [];
    files = createEnvFiles(directory, { warn: (message) => warnings.push(message) });
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  const textOf = (file: string) => readFile(join(directory, `${file}.env`), "utf8");

  test("ensure makes those that agents get, empty and closed, and leaves what is there", async () => {
    await files.set("default", "A", "1");
    await files.ensure();
    await files.ensure();
    expect(await files.get("default", "A")).toBe("1");
    expect(await readFile(files.path("pm-agent"), "utf8")).toBe("");
    expect(await modeOf(files.path("pm-agent"))).toBe("600");
  });

  test("are empty before anything is set", async () => {
    expect(await files.list()).toEqual(["default", "pm-agent"]);
    expect(await files.read("default")).toEqual(new Map());
    expect(await files.get("pm-agent", "A")).toBeUndefined();
    expect(await files.remove("default", "A")).toBe(false);
  });

  test("are written 0600 in a 0700 directory, with nothing left beside them", async () => {
    await files.set("pm-agent", "GITEA_TOKEN", "0123456789abcdef");
    expect(await modeOf(directory)).toBe("700");
    expect(await modeOf(join(directory, "pm-agent.env"))).toBe("600");
    expect(await readdir(directory)).toEqual([".lock-of-changes", "pm-agent.env"]);
    expect(await textOf("pm-agent")).toBe("GITEA_TOKEN=0123456789abcdef\n");
  });

  test("keep comments, order and other lines when one is changed or removed", async () => {
    await files.set("default", "X", "");
    await writeFile(join(directory, "default.env"), "# keys\nexport A='1' # one\n\nB=2\n# end");
    await files.set("default", "A", "new value");
    await files.set("default", "C", "3");
    expect(await textOf("default")).toBe("# keys\nA='new value'\n\nB=2\n# end\nC=3\n");
    expect(await files.remove("default", "B")).toBe(true);
    expect(await textOf("default")).toBe("# keys\nA='new value'\n\n# end\nC=3\n");
  });

  test("keep one line of a name that stood there twice", async () => {
    await mkdir(directory, { mode: 0o700 });
    await writeFile(join(directory, "default.env"), "A=1\nB=2\nA=3\n", { mode: 0o600 });
    expect(await files.get("default", "A")).toBe("3");
    await files.set("default", "A", "4");
    expect(await textOf("default")).toBe("B=2\nA=4\n");
  });

  test("of a wider mode are tightened, and that is told", async () => {
    await files.set("default", "A", "1");
    await chmod(join(directory, "default.env"), 0o644);
    await chmod(directory, 0o755);
    expect(await files.get("default", "A")).toBe("1");
    expect(await modeOf(directory)).toBe("700");
    expect(await modeOf(join(directory, "default.env"))).toBe("600");
    expect(warnings).toHaveLength(2);
  });

  test.each(["", "..", "../x", "a/b", ".hidden", "A", "a.b", "a\0", "-x", "x".repeat(80)])(
    "have no file named %j",
    async (name) => {
      await expect(files.set(name, "A", "1")).rejects.toMatchObject({ code: "invalid" });
      await expect(files.read(name)).rejects.toMatchObject({ code: "invalid" });
    },
  );

  test.each([
    ["A B", "1"],
    ["A", "1\nLD_PRELOAD=/x"],
  ])("refuse %j=%j and stay as they were", async (name, value) => {
    await files.set("default", "A", "before");
    await expect(files.set("default", name, value)).rejects.toMatchObject({ code: "invalid" });
    expect(await textOf("default")).toBe("A=before\n");
  });

  test("are not touched when a line of them cannot be read", async () => {
    await mkdir(directory, { mode: 0o700 });
    await writeFile(join(directory, "default.env"), "A=1\nwhat is this\n", { mode: 0o600 });
    await expect(files.set("default", "A", "2")).rejects.toMatchObject({ code: "failed" });
    expect(await textOf("default")).toBe("A=1\nwhat is this\n");
    expect(await readdir(directory)).toEqual([".lock-of-changes", "default.env"]);
  });

  test.each([
    ["a directory", (path: string) => mkdir(path)],
    ["a pipe, which would never end", async (path: string) => execa("mkfifo", [path])],
    ["bytes that are no text", (path: string) => writeFile(path, Buffer.from([0x41, 0x3d, 0xff]))],
    ["more than 1 MB", (path: string) => writeFile(path, "#".repeat(1024 * 1024 + 1))],
  ])("refuse %s", async (_, make) => {
    await mkdir(directory, { mode: 0o700 });
    await make(join(directory, "default.env"));
    await expect(files.read("default")).rejects.toMatchObject({ code: "failed" });
  });

  test("lose nothing when many write at once", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `N${index}`);
    await Promise.all(names.map((name) => createEnvFiles(directory).set("default", name, "1")));
    expect([...(await files.read("default")).keys()].toSorted()).toEqual(names.toSorted());
  });

  test("go on at once where a killed process of an earlier version left its lock", async () => {
    await mkdir(directory, { mode: 0o700 });
    await writeFile(join(directory, "default.env.lock"), "");
    await files.set("default", "A", "1");
    expect(await textOf("default")).toBe("A=1\n");
  }, 5_000);

  test("go on after a process that was killed while it wrote", async () => {
    for (const value of ["1", "2", "3"]) {
      const child = fork(SETTER, [directory], { stdio: "ignore" });
      const exit = once(child, "exit");
      await once(child, "message");
      child.kill("SIGKILL");
      await exit;
      await files.set("default", "A", value);
      expect(await files.get("default", "A")).toBe(value);
      expect(await files.get("default", "ROUND")).toMatch(/^\d+$/);
    }
  });
});
