import { mkdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { outputOf } from "../../src/doctor/program.ts";
import { git, node, opencode, ripgrep, shellVersion } from "../../src/doctor/programs.ts";
import { isAlive } from "../../src/kugetsu/db/owner.ts";
import { look, program, temporaryDirectory } from "./installation.ts";

test("the Node.js, opencode and ripgrep that come along are well", async () => {
  for (const check of [node, opencode, ripgrep])
    expect(await look(check, {})).toMatchObject([{ status: "ok" }]);
});

describe("git", () => {
  test.each([
    ["git version 2.38.0", "ok"],
    ["git version 3.0.1 (Apple Git-200)", "ok"],
    ["git version 2.37.9", "problem"],
    ["git version 1.99", "problem"],
    ["what?", "problem"],
  ])("%s is %s", async (words, status) => {
    const PATH = temporaryDirectory();
    program(PATH, "git", `echo '${words}'`);
    expect(await look(git, { PATH })).toMatchObject([{ status }]);
  });

  test("is asked for where there is none", async () => {
    const [found] = await look(git, { PATH: temporaryDirectory() });
    expect(found).toMatchObject({ status: "problem", advice: expect.stringContaining("apt-get") });
  });
});

describe("another opencode", () => {
  test("says its version", async () => {
    const file = program(temporaryDirectory(), "opencode", "echo 9.9.9");
    expect(await look(opencode, { KUGETSU_OPENCODE_BIN: file })).toMatchObject([
      { status: "ok", detail: "opencode 9.9.9 (KUGETSU_OPENCODE_BIN)" },
    ]);
  });

  test("that does not run is a problem", async () => {
    const file = program(temporaryDirectory(), "opencode", "exit 1");
    expect(await look(opencode, { KUGETSU_OPENCODE_BIN: file })).toMatchObject([
      { status: "problem", detail: expect.stringContaining(file) },
    ]);
  });

  test("that is not there is refused with words", async () => {
    await expect(look(opencode, { KUGETSU_OPENCODE_BIN: "/nowhere" })).rejects.toMatchObject({
      code: "invalid",
    });
  });
});

describe("kugetsu on the PATH", () => {
  const OLD = '# bash\ncmd_delegate() { opencode run --continue "$@"; }';

  test("that is the shell version is told, with what it hides", async () => {
    const directory = temporaryDirectory();
    const [first, second] = ["first", "second"].map((name) => join(directory, name));
    for (const path of [first, second]) mkdirSync(path ?? "");
    program(first ?? "", "kugetsu", OLD);
    program(second ?? "", "kugetsu", 'exec node /opt/kugetsu/cli.js "$@"');
    const PATH = `${first}:${second}`;
    expect(await look(shellVersion, { PATH })).toMatchObject([
      {
        status: "warning",
        detail: expect.stringContaining(`${first}/kugetsu, before ${second}/kugetsu`),
      },
    ]);
    expect(await look(shellVersion, { PATH: `${second}:${first}` })).toMatchObject([
      { status: "ok", detail: `kugetsu on the PATH is ${second}/kugetsu` },
    ]);
  });

  test("need not be there", async () => {
    expect(await look(shellVersion, { PATH: temporaryDirectory() })).toEqual([]);
  });
});

test("a program that does not end is ended with all that it started", async () => {
  const directory = temporaryDirectory();
  const pid = join(directory, "pid");
  const file = program(directory, "git", `trap "" TERM\nsleep 98765 &\necho $! >${pid}\nwait`);
  const ended = new AbortController();
  const output = outputOf(file, [], { path: process.env["PATH"], signal: ended.signal });
  const child = await vi.waitFor(() => {
    const number = Number(readFileSync(pid, "utf8"));
    expect(number).toBeGreaterThan(0);
    return number;
  });
  ended.abort();
  expect(await output).toBeUndefined();
  await vi.waitFor(() => {
    // Where nobody asks for it, it stays in the list as a zombie.
    expect(isAlive({ host: hostname(), pid: child, processStartedAt: undefined })).toBe(false);
  });
});
