import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const CLI = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
const TOKEN = "0123456789abcdef0123456789abcdef01234567";

describe("the program", () => {
  let home: string;
  beforeEach(async () => {
    home = join(await mkdtemp(join(tmpdir(), "kugetsu-cli-")), "home");
  });
  afterEach(() => rm(join(home, ".."), { recursive: true, force: true }));

  async function kugetsu(
    args: readonly string[],
    options: { input?: string; env?: Record<string, string> } = {},
  ) {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [CLI, ...args], {
      env: { PATH: "/usr/bin:/bin", HOME: home, KUGETSU_HOME: home, ...options.env },
      extendEnv: false,
      input: options.input ?? "",
      reject: false,
    });
    return { exitCode, stdout, stderr };
  }

  test("shows its commands, and its version", async () => {
    const { version } = JSON.parse(
      await readFile(new URL("../package.json", import.meta.url), "utf8"),
    );
    for (const args of [["help"], ["--help"], ["-h"]]) {
      expect(await kugetsu(args)).toMatchObject({
        exitCode: 0,
        stderr: "",
        stdout: expect.stringMatching(/\n {2}serve /),
      });
    }
    expect(await kugetsu(["version"])).toEqual({ exitCode: 0, stdout: version, stderr: "" });
    expect(JSON.parse((await kugetsu(["version", "--json"])).stdout)).toMatchObject({ version });
  });

  test("shows each command's usage, also among other arguments", async () => {
    for (const verb of [
      "serve",
      "init",
      "start",
      "continue",
      "delegate",
      "logs",
      "status",
      "attach",
      "stop",
      "pause",
      "resume",
      "env",
      "config",
      "doctor",
      "help",
      "version",
    ]) {
      const asked = await kugetsu([verb, "--help"]);
      expect(asked).toEqual({
        exitCode: 0,
        stdout: expect.stringMatching(new RegExp(`^Usage: kugetsu ${verb}`)),
        stderr: "",
      });
      expect(await kugetsu(["help", verb])).toEqual(asked);
    }
    expect((await kugetsu(["env", "set", "A", "-h"])).stdout).toContain("Usage: kugetsu env");
  });

  test.each([
    ["no command", [], "Usage: kugetsu COMMAND"],
    ["an unknown command", ["serv"], "Did you mean `kugetsu serve`?"],
    ["a property of every object", ["constructor"], "There is no command"],
    ["an unknown option", ["serve", "--port", "1"], "Unknown option '--port'."],
    ["an argument too many", ["version", "now"], 'one argument too many: "now"'],
    ["an unknown verb of env", ["env", "lst"], "There is no `env lst`."],
    ["a missing name", ["env", "set"], "needs a name"],
    ["a missing value", ["env", "set", "A"], "The value is missing."],
    [
      "a file where the value belongs",
      ["env", "set", "A", "pm-agent"],
      "kugetsu env set A - pm-agent",
    ],
    ["a file that nothing reads", ["env", "set", "A", "1", "pm_agent"], "Did you mean pm-agent?"],
    ["a path for a file", ["env", "show", "../x"], "There is no env file"],
    ["a bad name", ["env", "set", "A-B", "1"], "is no name of a variable"],
    ["an init without a terminal", ["init"], "`kugetsu init --headless`"],
  ])("ends with 2 for %s", async (_, args, words) => {
    const { exitCode, stdout, stderr } = await kugetsu(args);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test.each([
    ["an unknown option", ["serve", "--port", "1"]],
    ["an error with a hint", ["env", "set", "A", "1", "pm_agent"]],
    ["a bad name", ["env", "set", "A B", "1"]],
    ["a bad name to get", ["env", "get", "A B"]],
    ["a bad name to remove", ["env", "rm", "-", "pm-agent"]],
    ["a value of several lines", ["env", "set", "A", "1\n2"]],
    ["what is no ref to destroy", ["destroy", "foo"]],
    ["what is no ref to attach", ["attach", "foo"]],
    ["an unknown verb of env", ["env", "lst"]],
  ])("prints the error last for %s", async (_, args) => {
    const { stderr } = await kugetsu(args);
    expect(stderr).toMatch(/^Usage: kugetsu .*\n\nkugetsu: [^\n]+(?:\n {2}\S[^\n]*)?$/s);
    expect(stderr.lastIndexOf("Usage:")).toBe(0);
  });

  test("refuses to serve without its settings, and names all of them", async () => {
    const { exitCode, stderr } = await kugetsu(["serve"], {
      env: { GITEA_WEBHOOK_SECRET: "short", PORT: "x" },
    });
    expect(exitCode).toBe(2);
    for (const name of ["GITEA_URL", "GITEA_TOKEN", "GITEA_WEBHOOK_SECRET", "PORT"])
      expect(stderr).toContain(`- ${name}`);
    expect(stderr).toContain("openssl rand -hex 32");
    expect(stderr).not.toContain("Usage:");
    await expect(stat(home)).rejects.toThrow("ENOENT");
  });

  test("keeps variables for agents before there is a base session", async () => {
    expect(
      await kugetsu(["env", "set", "GITEA_TOKEN", "-", "pm-agent"], { input: `${TOKEN}\n` }),
    ).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    await kugetsu(["env", "set", "GREETING", "-"], { input: "it's $HOME" });
    expect((await kugetsu(["env", "get", "GITEA_TOKEN", "pm-agent"])).stdout).toBe(TOKEN);
    expect((await kugetsu(["env", "get", "GREETING"])).stdout).toBe("it's $HOME");
    expect((await kugetsu(["env", "list"])).stdout).toBe(
      "default   GREETING\npm-agent  GITEA_TOKEN",
    );
    expect((await kugetsu(["env", "show", "pm-agent"])).stdout).toBe("GITEA_TOKEN=****4567");
    expect(JSON.parse((await kugetsu(["env", "show", "--json"])).stdout)).toEqual({
      file: "default",
      variables: { GREETING: "****" },
    });
    expect(JSON.parse((await kugetsu(["env", "list", "--json"])).stdout)).toEqual([
      { file: "default", path: join(home, "env/default.env"), names: ["GREETING"] },
      { file: "pm-agent", path: join(home, "env/pm-agent.env"), names: ["GITEA_TOKEN"] },
    ]);
    expect((await stat(join(home, "env/pm-agent.env"))).mode & 0o777).toBe(0o600);
    expect((await kugetsu(["env", "rm", "GITEA_TOKEN", "pm-agent"])).exitCode).toBe(0);
    expect(await kugetsu(["env", "get", "GITEA_TOKEN", "pm-agent"])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: expect.stringContaining("GITEA_TOKEN is not set in pm-agent.env."),
    });
    expect((await kugetsu(["env", "rm", "GITEA_TOKEN", "pm-agent"])).exitCode).toBe(1);
  });

  test("warns of a value in the command line, and never repeats it", async () => {
    const { exitCode, stdout, stderr } = await kugetsu(["env", "set", "GITEA_TOKEN", TOKEN]);
    expect([exitCode, stdout]).toEqual([0, ""]);
    expect(stderr).toContain("seen by everybody");
    expect(stderr).toContain("a forge token belongs into pm-agent.env alone");
    expect(stderr).not.toContain(TOKEN);
  });

  test("takes a value that begins with a dash after --", async () => {
    await kugetsu(["env", "set", "A", "--", "--help"]);
    expect((await kugetsu(["env", "get", "A"])).stdout).toBe("--help");
  });

  test("says of a damaged env file which line, and not what stands there", async () => {
    await kugetsu(["env", "set", "A", "1"]);
    await writeFile(join(home, "env/default.env"), "A=1\nsecret words\n");
    const { exitCode, stderr } = await kugetsu(["env", "show"]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("kugetsu: default.env line 2 cannot be read");
    expect(stderr).not.toContain("secret");
  });

  test("says when the home is no directory", async () => {
    await writeFile(home, "");
    expect(await kugetsu(["env", "list"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("is not a directory"),
    });
  });

  test("is quiet when nobody reads what it prints", async () => {
    const script = `"$1" "$2" help env | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await execa("bash", ["-c", script, "bash", process.execPath, CLI]);
    expect({ stdout, stderr }).toEqual({ stdout: "0", stderr: "" });
  });
});
