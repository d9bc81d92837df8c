import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kugetsu, temporaryHome } from "./program.ts";

test("without a terminal init offers another way, and makes nothing", async () => {
  const home = temporaryHome();
  const { exitCode, stdout, stderr } = await kugetsu(home, ["init"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(/^Usage: kugetsu init/);
  expect(stderr).toContain("`kugetsu init` needs a terminal");
  expect(stderr).toContain("`kugetsu init --headless`");
  expect(existsSync(home)).toBe(false);
});

test("without a terminal attach says what works without one", async () => {
  const { exitCode, stderr } = await kugetsu(temporaryHome(), ["attach", "git.example.org/o/r#1"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("`kugetsu attach` needs a terminal");
  expect(stderr).toContain("kugetsu continue");
});

test("attach wants an issue ref", async () => {
  const home = temporaryHome();
  for (const args of [["attach"], ["attach", "../x"], ["attach", "base", "more"]]) {
    expect(await kugetsu(home, args)).toMatchObject({ exitCode: 2, stdout: "" });
  }
});

test("a prompt goes with --headless", async () => {
  const { exitCode, stderr } = await kugetsu(temporaryHome(), ["init", "--prompt", "Know this."]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("`--prompt` goes with `--headless`.");
});

test("init --headless makes both, and the agents' env files; a second one needs --force", async () => {
  const home = temporaryHome();
  expect(await kugetsu(home, ["init", "--headless"])).toMatchObject({
    exitCode: 0,
    stdout: "base (empty)\npm-agent (empty)",
  });
  for (const name of ["default", "pm-agent"]) {
    const { mode, size } = statSync(join(home, "env", `${name}.env`));
    expect({ mode: mode & 0o777, size }).toEqual({ mode: 0o600, size: 0 });
  }
  const second = await kugetsu(home, ["init", "--headless"]);
  expect(second).toMatchObject({ exitCode: 1, stdout: "" });
  expect(second.stderr).toContain("--force");
  const forced = await kugetsu(home, ["init", "--headless", "--force", "--json"]);
  expect(JSON.parse(forced.stdout)).toEqual({ base: "empty", pmAgent: "empty" });
});
