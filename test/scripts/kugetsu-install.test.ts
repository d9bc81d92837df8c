import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../scripts/kugetsu-install.sh", import.meta.url));
const NODE = dirname(process.execPath);
const OLD = "#!/usr/bin/env bash\n# kugetsu: manages opencode sessions\necho 2.2\n";

const has = (program: string) =>
  spawnSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" }).status === 0;

test.skipIf(!has("shellcheck"))(
  "shellcheck finds nothing (skipped where it is not installed)",
  () => {
    expect(spawnSync("shellcheck", [SCRIPT], { encoding: "utf8" }).stdout).toBe("");
  },
);

describe("the install script", () => {
  let home: string;
  /** As small as a package can be; the real one is installed in e2e/package.test.ts. */
  let tarball: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "kugetsu-install-"));
    await mkdir(join(home, "package"));
    const manifest = { name: "kugetsu", version: "9.8.7", bin: { kugetsu: "cli.js" } };
    await writeFile(join(home, "package/package.json"), JSON.stringify(manifest));
    await writeFile(join(home, "package/cli.js"), '#!/usr/bin/env node\nconsole.log("9.8.7");\n');
    tarball = join(home, "kugetsu-9.8.7.tgz");
    await execa("tar", ["-czf", tarball, "-C", home, "package"]);
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  async function shell(
    command: string,
    { path = `${NODE}:/usr/bin:/bin`, name = "sh" }: { path?: string; name?: string } = {},
  ) {
    const { exitCode, stdout, stderr } = await execa(name, ["-c", command, name, SCRIPT, tarball], {
      cwd: home,
      env: { PATH: path, HOME: home, npm_config_cache: join(home, "cache") },
      extendEnv: false,
      stdin: "ignore",
      reject: false,
    });
    return { exitCode, stdout, stderr };
  }
  const installed = () => join(home, ".local/bin/kugetsu");
  const PREFIX = '--prefix "$HOME/.local"';

  async function old(directory: string): Promise<string> {
    const file = join(home, directory, "kugetsu");
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, OLD);
    await chmod(file, 0o755);
    return file;
  }

  test("installs for the user, says what the PATH lacks, and may be run again", async () => {
    for (let time = 0; time < 2; time++) {
      const { exitCode, stdout, stderr } = await shell(`sh "$1" ${PREFIX} "$2"`);
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: installed() });
      expect(stderr).toContain(`${home}/.local/bin is not on your PATH.`);
      expect(stderr).toContain("kugetsu 9.8.7 is installed");
    }
    expect((await shell(`"${installed()}"`)).stdout).toBe("9.8.7");
  });

  test("changes nothing in a dry run", async () => {
    const { exitCode, stdout, stderr } = await shell(`sh "$1" --dry-run ${PREFIX} "$2"`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(stderr).toContain(`would run: npm install --global --prefix ${home}/.local`);
    await expect(stat(join(home, ".local"))).rejects.toThrow("ENOENT");
  });

  for (const name of ["bash", "zsh"]) {
    test.skipIf(!has(name))(
      `can be sourced by ${name}, and its failure ends no shell`,
      async () => {
        const before = 'set -eu; before="$(set +o)"';
        const { stdout, stderr } = await shell(
          `${before}; . "$1" --bogus || echo "failed $?"; . "$1" ${PREFIX} "$2"; kugetsu
         [ "$before" = "$(set +o)" ] && echo same; command -v kugetsu_install || echo gone`,
          { name },
        );
        expect(stdout.split("\n")).toEqual(["failed 2", installed(), "9.8.7", "same", "gone"]);
        expect(stderr).toContain("There is no option --bogus.");
      },
    );
  }

  test("stops where the shell version's script is in the way, and moves it only when asked", async () => {
    const script = await old(".local/bin");
    const refused = await shell(`sh "$1" ${PREFIX} "$2"`);
    expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
    expect(refused.stderr).toContain(`${script} is the kugetsu of the shell version`);
    expect(refused.stderr).toContain(`mv '${script}' '${script}.shell-version'`);
    expect(await readFile(script, "utf8")).toBe(OLD);

    expect(await shell(`sh "$1" --move-old ${PREFIX} "$2"`)).toMatchObject({ exitCode: 0 });
    expect(await readFile(`${script}.shell-version`, "utf8")).toBe(OLD);
    expect((await shell(`"${installed()}"`)).stdout).toBe("9.8.7");
  });

  test("names the shell version's script that stands before the new program on the PATH", async () => {
    const script = await old("bin");
    const { exitCode, stderr } = await shell(`sh "$1" ${PREFIX} "$2"`, {
      path: `${home}/bin:${home}/.local/bin:${NODE}:/usr/bin:/bin`,
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`mv '${script}' '${script}.shell-version'`);
    expect(stderr).toContain(`${script} stands before the new one on your PATH`);
    expect(await readFile(script, "utf8")).toBe(OLD);
  });

  test("wants Node 24, and says which one it found", async () => {
    await mkdir(join(home, "bin"));
    await writeFile(join(home, "bin/node"), "#!/bin/sh\necho v20.20.2\n");
    await chmod(join(home, "bin/node"), 0o755);
    const { exitCode, stderr } = await shell('sh "$1" "$2"', { path: `${home}/bin:/usr/bin:/bin` });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`Node.js 24 or newer is needed, ${home}/bin/node is v20.20.2.`);
  });

  test.each([
    ["an unknown option", "--force", "There is no option --force."],
    ["a prefix without a directory", "--prefix", "--prefix needs a directory."],
    ["two packages", "a b", "one argument too many: b"],
  ])("refuses %s", async (_, args, words) => {
    const { exitCode, stdout, stderr } = await shell(`sh "$1" ${args}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(words);
    expect(stderr).toContain("Usage: kugetsu-install.sh");
  });

  test("shows how it is used, on stdout", async () => {
    const { exitCode, stdout, stderr } = await shell('sh "$1" --help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("Usage: kugetsu-install.sh");
  });
});
