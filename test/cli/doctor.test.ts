import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import { printResults } from "../../src/doctor/print.ts";
import { kugetsu, temporaryHome } from "./program.ts";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

interface Told {
  readonly name: string;
  readonly status: string;
  readonly detail: string;
  readonly advice: string | null;
}

test("works before init, says what is missing, and makes no home", async () => {
  const home = temporaryHome();
  const { exitCode, stdout, stderr } = await kugetsu(home, ["doctor"]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^kugetsu: \d+ problems?, \d+ warnings?\.$/);
  expect(stdout).toMatch(/^ok node {2,}Node\.js /);
  expect(stdout).toMatch(/^x {2}model {2,}.*\n {6,}-> \S/m);
  expect(existsSync(home)).toBe(false);
});

test("ends with 0 when there is no problem, and shows no secret", async () => {
  const home = temporaryHome();
  mkdirSync(join(home, "env"), { recursive: true, mode: 0o700 });
  await using forge = await startSandboxForge();
  const { token } = forge.addUser("kugetsu-bot");
  const secret = "2f6ab1c9d04e7788aa55";
  const provider = { npm: "x", options: { apiKey: "key-of-the-model" }, models: { m: {} } };
  const { exitCode, stdout, stderr } = await execa(process.execPath, [CLI, "doctor", "--json"], {
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      KUGETSU_HOME: home,
      SANDBOX: "off",
      MIN_FREE_DISK: "0",
      GITEA_URL: forge.url,
      GITEA_TOKEN: token,
      GITEA_WEBHOOK_SECRET: secret,
      OPENCODE_CONFIG_CONTENT: JSON.stringify({ model: "own/m", provider: { own: provider } }),
    },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  const told = JSON.parse(stdout) as readonly Told[];
  expect(told.filter(({ status }) => status === "problem")).toEqual([]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(told).toContainEqual({
    name: "forge",
    status: "ok",
    detail: `${forge.url} accepts the token of kugetsu-bot.`,
    advice: null,
  });
  for (const hidden of [token, secret, "key-of-the-model"]) expect(stdout).not.toContain(hidden);
});

test("names each setting that is wrong", async () => {
  const home = temporaryHome();
  const { exitCode, stdout } = await execa(process.execPath, [CLI, "doctor", "--json"], {
    env: { PATH: "/usr/bin:/bin", HOME: home, KUGETSU_HOME: "here", TURN_TOKENS: "x" },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  expect(exitCode).toBe(1);
  const told = JSON.parse(stdout) as readonly Told[];
  expect(told.some(({ name }) => name === "home")).toBe(false);
  const wrong = told.filter(({ name }) => name === "settings").map(({ detail }) => detail);
  expect(wrong).toEqual([
    expect.stringContaining("KUGETSU_HOME must be an absolute path"),
    expect.stringContaining("TURN_TOKENS must be a whole number"),
  ]);
});

test("draws with signs and colours where they can be seen", () => {
  const results = [
    { name: "git", status: "ok", detail: "2.39", advice: null },
    { name: "home", status: "problem", detail: "It is gone.", advice: "Make it." },
  ] as const;
  expect(printResults(results, { colour: false, unicode: true })).toBe(
    "✓ git   2.39\n✗ home  It is gone.\n        → Make it.\n",
  );
  expect(printResults(results, { colour: true, unicode: false })).toContain(
    "\u001B[31mx \u001B[39m",
  );
});
