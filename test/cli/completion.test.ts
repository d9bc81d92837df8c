import { spawnSync } from "node:child_process";
import { chmod, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../../src/kugetsu/db/database.ts";
import { createSessionStore } from "../../src/kugetsu/db/sessions.ts";
import { openHome } from "../../src/kugetsu/home.ts";
import { kugetsu, temporaryHome } from "./program.ts";

const SCRIPTS = fileURLToPath(new URL("../../scripts/completion/", import.meta.url));
const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
/** The summary of a candidate: after a tab, or in zsh after a colon. */
const BESIDE = /(?:\t|(?<=[a-z]):(?=[a-z])).*$/;
const REFS = ["github.com/shoko/kugetsu#14", "git.example.org:3000/shoko/shop#-discuss"];

async function homeWith(refs: readonly string[]): Promise<string> {
  const home = await openHome(temporaryHome());
  using database = openDatabase(home.database);
  const sessions = createSessionStore(database);
  for (const ref of refs) await sessions.put({ ref, kind: "forked" });
  await sessions.put({ ref: "base", kind: "base" });
  return home.root;
}

test("prints the script of each shell, and says which there are", async () => {
  const home = temporaryHome();
  for (const shell of ["bash", "zsh", "fish"]) {
    const { exitCode, stdout } = await kugetsu(home, ["completion", shell]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("completion words");
  }
  for (const wrong of [[], ["tcsh"], ["constructor"]]) {
    const { exitCode, stderr } = await kugetsu(home, ["completion", ...wrong]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("It is one of bash, zsh, fish.");
  }
});

test("offers the refs that have a session, and none that could do harm in a terminal", async () => {
  const home = await homeWith([...REFS, "evil.example/a/b#1\nrm -rf ~", "evil.example/$(id)/b#1"]);
  const { stdout } = await kugetsu(home, ["completion", "words", "--", "stop", ""]);
  expect(stdout.split("\n").map((line) => line.trim())).toEqual(expect.arrayContaining(REFS));
  expect(stdout).not.toContain("evil");
  expect(stdout).not.toContain("base");
});

test("is silent, and makes nothing, where there is no home yet", async () => {
  const home = temporaryHome();
  const answer = await kugetsu(home, ["completion", "words", "--", "stop", ""]);
  expect(answer).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  await expect(stat(home)).rejects.toThrow("ENOENT");
});

describe.each([
  [
    "bash",
    // What readline sets; the words that it would break at colons are not looked at.
    `source "$1"; COMP_LINE=$2 COMP_POINT=\${#2}; _kugetsu kugetsu; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  [
    "zsh",
    `compdef() { }; _describe() { print -rl -- "\${(@P)2}" }; source "$1"
     words=("\${(@s: :)2}"); CURRENT=$#words; _kugetsu`,
  ],
  ["fish", `source $argv[1]; complete -C $argv[2]`],
])("in %s", (shell, program) => {
  const isThere = spawnSync(shell, ["-c", "true"]).status === 0;
  const script = join(SCRIPTS, `kugetsu.${shell}`);
  let env: Record<string, string>;

  beforeEach(async () => {
    const home = await homeWith(REFS);
    const bin = join(dirname(home), "bin");
    await mkdir(bin);
    await writeFile(join(bin, "kugetsu"), `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
    await chmod(join(bin, "kugetsu"), 0o755);
    env = { PATH: `${bin}:/usr/bin:/bin`, HOME: dirname(home), KUGETSU_HOME: home };
  });

  /** The candidates, without the summaries that stand beside them. */
  async function complete(line: string): Promise<readonly string[]> {
    const args = shell === "fish" ? [script, line] : [shell, script, line];
    // Without a candidate zsh's own convention is to fail.
    const options = { env, extendEnv: false, stdin: "ignore", reject: false } as const;
    const { stdout } = await execa(shell, ["-c", program, ...args], options);
    return stdout.split("\n").map((candidate) => candidate.replace(BESIDE, ""));
  }

  test.skipIf(!isThere)("the script is well formed (skipped where there is no such shell)", () => {
    expect(spawnSync(shell, ["-n", script], { encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
  });

  test.skipIf(!isThere)("completes commands, options and refs", async () => {
    expect(await complete("kugetsu sto")).toEqual(["stop"]);
    expect(await complete("kugetsu stop --al")).toEqual(["--all"]);
    expect(await complete("kugetsu stop githu")).toEqual([REFS[0]]);
    expect(await complete("kugetsu env get A pm")).toEqual(["pm-agent"]);
  });

  test.skipIf(!isThere)("runs nothing of what is written", async () => {
    const pwned = join(env["HOME"] ?? "", "pwned");
    await complete(`kugetsu stop '$(touch ${pwned})' \`touch ${pwned}\` "$(touch ${pwned}) x`);
    await expect(stat(pwned)).rejects.toThrow("ENOENT");
  });

  test.skipIf(!isThere)("completes a ref with a port as that shell wants it", async () => {
    const expected = {
      bash: "3000/shoko/shop#-discuss",
      zsh: String.raw`git.example.org\:3000/shoko/shop#-discuss`,
      fish: "git.example.org:3000/shoko/shop#-discuss",
    }[shell];
    expect(await complete("kugetsu stop git.example.org:3")).toEqual([expected]);
  });
});
