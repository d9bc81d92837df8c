import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kugetsu, temporaryHome } from "./program.ts";

async function homeWith(text: string): Promise<string> {
  const home = temporaryHome();
  await mkdir(home, { mode: 0o700 });
  await writeFile(join(home, "config"), text, { mode: 0o600 });
  return home;
}

describe("kugetsu config", () => {
  test("works before init, makes nothing, and tells where the file belongs", async () => {
    const home = temporaryHome();
    const shown = await kugetsu(home, ["config"]);
    expect(shown).toMatchObject({ exitCode: 0, stderr: "" });
    expect(shown.stdout).toMatch(/^MAX_CONCURRENT_AGENTS +3 +default$/m);
    expect(await kugetsu(home, ["config", "--path"])).toEqual({
      exitCode: 0,
      stdout: join(home, "config"),
      stderr: "",
    });
    expect(await kugetsu(home, ["env", "list"])).toMatchObject({ exitCode: 0 });
  });

  test("shows each value with its source, and what is wrong on stderr", async () => {
    const home = await homeWith("# mine\nMAX_CONCURRENT_AGENTS=5\nTURN_TIMEOT=1h\n");
    const { exitCode, stdout, stderr } = await kugetsu(home, ["config"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^MAX_CONCURRENT_AGENTS +5 +config:2$/m);
    expect(stdout).toMatch(/^KUGETSU_HOME +\S+ +environment$/m);
    expect(stderr).toBe(
      `kugetsu: ${home}/config line 3: TURN_TIMEOT is no setting. Did you mean TURN_TIMEOUT?`,
    );
    const { path, settings } = JSON.parse((await kugetsu(home, ["config", "--json"])).stdout);
    expect(path).toBe(join(home, "config"));
    expect(settings).toContainEqual({
      name: "MAX_CONCURRENT_AGENTS",
      value: "5",
      source: "config",
      line: 2,
    });
    expect(settings).toContainEqual({ name: "KUGETSU_ALLOW", value: null, source: "default" });
  });

  test("names file and line of what cannot be read, and still tells the path", async () => {
    const home = await homeWith("MAX_CONCURRENT_AGENTS=$(nproc)\n");
    // Only a server ends with 2: its supervisor is not to start it again.
    for (const [code, ...args] of [
      [1, "config"],
      [1, "config", "--json"],
      [1, "init", "--headless"],
      [2, "serve"],
    ] as const) {
      const { exitCode, stdout, stderr } = await kugetsu(home, args);
      expect([exitCode, stdout]).toEqual([code, ""]);
      expect(stderr).toContain(`kugetsu: ${home}/config line 1 cannot be read: `);
      expect(stderr).not.toContain("nproc");
    }
    expect((await kugetsu(home, ["config", "--path"])).exitCode).toBe(0);
    expect((await kugetsu(home, ["env", "list"])).exitCode).toBe(0);
  });

  test("says what is in the way, without a stack", async () => {
    const home = temporaryHome();
    await mkdir(join(home, "config"), { recursive: true });
    expect(await kugetsu(home, ["config"])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: expect.stringMatching(/^kugetsu: .*config is not a regular file\.\n {2}\S.*$/),
    });
  });
});
