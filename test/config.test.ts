import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { describeConfig, readConfig, readWorkConfig, readHome } from "../src/config.ts";
import { createConfigFile } from "../src/kugetsu/config-file/create.ts";
import { parseConfig } from "../src/kugetsu/config-file/lines.ts";
import type { ConfigFile } from "../src/kugetsu/config-file/read.ts";
import { KugetsuError } from "../src/kugetsu/errors.ts";

const TOKEN = "0123456789abcdef0123456789abcdef01234567";
const SECRET = "a secret of the webhook";
const NEEDED = {
  HOME: "/home/op",
  GITEA_URL: "https://git.example.org/",
  GITEA_TOKEN: TOKEN,
  GITEA_WEBHOOK_SECRET: SECRET,
};

/** A config file with that text. */
function fileWith(text: string): ConfigFile {
  const path = "/h/config";
  return { path, text, values: parseConfig(text, { where: path, userHome: "/home/op" }) };
}

/** The message of the refusal, or no words. */
function problemsOf(env: Record<string, string>): string {
  try {
    readConfig(env);
    return "";
  } catch (error) {
    if (error instanceof KugetsuError && error.code === "invalid") return error.message;
    throw error;
  }
}

describe("the configuration", () => {
  test("has a default for all but the forge, its token and its webhook's secret", () => {
    const { secrets, ...config } = readConfig(NEEDED);
    expect(config).toEqual({
      home: "/home/op/.kugetsu",
      opencodeBinary: undefined,
      tempDir: undefined,
      agentEnvPass: [],
      idleAgents: 1,
      maxConcurrentAgents: 3,
      limits: {
        wallMs: 30 * 60_000,
        silenceMs: 10 * 60_000,
        tokens: 2_000_000,
        requests: 500,
        outputBytes: 4 * 1024 ** 3,
      },
      sandbox: undefined,
      sandboxRead: [],
      boxLimits: { processes: 1024, memoryBytes: 4 * 1024 ** 3, fileBytes: 2 * 1024 ** 3 },
      minFreeDisk: 2 * 1024 ** 3,
      logLevel: "info",
      host: "127.0.0.1",
      port: 3000,
      publicUrl: undefined,
      forges: [expect.objectContaining({ name: "gitea", url: "https://git.example.org" })],
      statusIntervalMs: 60_000,
      shutdownGraceMs: 30_000,
      turnsPerDay: 20,
      delegateAllow: [],
      commandAllow: [],
      allow: [],
      triggers: ["comment", "issue", "label", "assignment", "mention"],
      triggerLabel: "kugetsu",
      cleanupAfterMs: 7 * 24 * 3_600_000,
      allowCiChanges: [],
      allowSubmodules: [],
      allowLfs: [],
      warnings: [],
    });
    expect(secrets.own).toEqual([TOKEN, SECRET]);
    expect(secrets.environment).toBe(NEEDED);
  });

  test("takes every setting from the environment", () => {
    const config = readConfig({
      ...NEEDED,
      KUGETSU_HOME: "~/bot",
      KUGETSU_TEMP_DIR: "/var/tmp/x/",
      KUGETSU_OPENCODE_BIN: "/opt/opencode",
      KUGETSU_PUBLIC_URL: "https://bot.example.org/kugetsu/",
      GITEA_URL: "http://127.0.0.1:3001/git/",
      GITEA_WEBHOOK_SECRET_PREVIOUS: "the secret before it",
      HOST: "::",
      PORT: "0",
      MAX_CONCURRENT_AGENTS: "7",
      IDLE_AGENTS: "0",
      STATUS_INTERVAL: "5",
      TURN_TIMEOUT: "2h",
      TURN_SILENCE: "90s",
      TURN_REQUESTS: "50",
      TURN_OUTPUT: "1G",
      TURNS_PER_DAY: "0",
      SANDBOX: "off",
      SANDBOX_READ: "/opt/go:/srv/tools/, /nix",
      AGENT_PROCESSES: "4000",
      AGENT_MEMORY: "16GiB",
      AGENT_FILE_SIZE: "500m",
      MIN_FREE_DISK: "0",
      SHUTDOWN_GRACE: "1m",
      DELEGATE_ALLOW: "Olivia, adam",
      KUGETSU_ALLOW: "acme olivia/Shop git.example.org:3000/olivia/till",
      ALLOW_CI_CHANGES: "olivia/shop,\n git.example.org/acme/tools",
      ALLOW_SUBMODULES: "All",
      ALLOW_LFS: "acme, Olivia/shop",
      AGENT_ENV_PASS: "MY_KEY,OTHER",
      LOG_LEVEL: "debug",
    });
    expect(config).toMatchObject({
      home: "/home/op/bot",
      tempDir: "/var/tmp/x",
      opencodeBinary: "/opt/opencode",
      publicUrl: "https://bot.example.org/kugetsu",
      forges: [{ url: "http://127.0.0.1:3001/git" }],
      host: "::",
      port: 0,
      maxConcurrentAgents: 7,
      idleAgents: 0,
      statusIntervalMs: 5_000,
      limits: {
        wallMs: 7_200_000,
        silenceMs: 90_000,
        tokens: 2_000_000,
        requests: 50,
        outputBytes: 1024 ** 3,
      },
      sandbox: "off",
      sandboxRead: ["/opt/go", "/srv/tools", "/nix"],
      boxLimits: { processes: 4000, memoryBytes: 16 * 1024 ** 3, fileBytes: 500 * 1024 ** 2 },
      minFreeDisk: 0,
      turnsPerDay: 0,
      shutdownGraceMs: 60_000,
      delegateAllow: ["olivia", "adam"],
      allow: ["acme", "olivia/shop", "git.example.org:3000/olivia/till"],
      allowCiChanges: ["olivia/shop", "git.example.org/acme/tools"],
      allowSubmodules: ["all"],
      allowLfs: ["acme", "olivia/shop"],
      agentEnvPass: ["MY_KEY", "OTHER"],
      logLevel: "debug",
    });
    expect(config.forges[0]?.secrets.webhook).toEqual([SECRET, "the secret before it"]);
  });

  test("takes an empty variable for one that is not set", () => {
    expect(readConfig({ ...NEEDED, PORT: "", HOST: " ", TURN_TIMEOUT: "" })).toMatchObject({
      port: 3000,
      host: "127.0.0.1",
      limits: { wallMs: 1_800_000 },
    });
  });

  test("counts a permission token among the bot's own secrets, and never shows it", () => {
    const env = { ...NEEDED, GITEA_PERMISSION_TOKEN: "of-an-admin-0123456789" };
    const configs = [readConfig(env), readWorkConfig(env)];
    for (const { forges, secrets } of configs) {
      expect(forges[0]?.secrets.permissionToken).toBe("of-an-admin-0123456789");
      expect(secrets.own).toContain("of-an-admin-0123456789");
      expect(JSON.stringify(secrets)).not.toContain("of-an-admin");
    }
    expect(readConfig(NEEDED).forges[0]?.secrets.permissionToken).toBeUndefined();
    expect(readConfig(NEEDED).secrets.own).toEqual([TOKEN, SECRET]);
    expect(problemsOf({ ...NEEDED, GITEA_PERMISSION_TOKEN: "two words" })).toContain(
      "GITEA_PERMISSION_TOKEN holds white space",
    );
  });

  test("tells every problem at once, and what to do about a missing secret", () => {
    const words = problemsOf({ GITEA_URL: "x", PORT: "99999", LOG_LEVEL: "loud" });
    for (const name of ["GITEA_URL", "GITEA_TOKEN", "GITEA_WEBHOOK_SECRET", "PORT", "LOG_LEVEL"]) {
      expect(words).toContain(`- ${name}`);
    }
    expect(words).toMatch(/^5 settings are wrong/);
    expect(words).toContain("openssl rand -hex 32");
    expect(words).toContain("Settings, Webhooks");
  });

  test.each([
    ["PORT", "-1"],
    ["PORT", "3000x"],
    ["PORT", "1e3"],
    ["MAX_CONCURRENT_AGENTS", "0"],
    ["MAX_CONCURRENT_AGENTS", "1.5"],
    ["TURN_TIMEOUT", "0"],
    ["TURN_TIMEOUT", "soon"],
    ["TURN_TIMEOUT", "30 minutes"],
    ["TURN_SILENCE", "25h"],
    ["GITEA_URL", "git.example.org"],
    ["GITEA_URL", "ftp://git.example.org"],
    ["GITEA_URL", "https://git.example.org/?x=1"],
    ["GITEA_TOKEN", "two words"],
    ["GITEA_TOKEN", "line\nbreak"],
    ["GITEA_WEBHOOK_SECRET", "fifteen-charact"],
    ["GITEA_WEBHOOK_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaa"],
    ["GITEA_WEBHOOK_SECRET", "please-change-me-now"],
    ["GITEA_WEBHOOK_SECRET", "0123456789abcdef0123456789\n"],
    ["GITEA_WEBHOOK_SECRET_PREVIOUS", "short"],
    ["KUGETSU_HOME", "relative/path"],
    ["KUGETSU_ALLOW", "host/olivia/shop/x"],
    ["KUGETSU_ALLOW", "host:x/olivia/shop"],
    ["ALLOW_CI_CHANGES", "olivia"],
    ["ALLOW_SUBMODULES", "a/b/c/d"],
    ["ALLOW_LFS", "*"],
    ["AGENT_ENV_PASS", "A=B"],
    ["SANDBOX", "no"],
    ["SANDBOX_READ", "tools"],
    ["SANDBOX_READ", "/"],
    ["AGENT_MEMORY", "1"],
    ["AGENT_FILE_SIZE", "a lot"],
    ["TURN_REQUESTS", "0"],
  ])("refuses %s=%j", (name, value) => {
    expect(problemsOf({ ...NEEDED, [name]: value })).toMatch(new RegExp(`^${name}[: ]`));
  });

  test("never shows a secret, in a problem or when it is printed", () => {
    expect(problemsOf({ ...NEEDED, GITEA_WEBHOOK_SECRET: "short-secret" })).not.toContain(
      "short-secret",
    );
    expect(problemsOf({ ...NEEDED, GITEA_TOKEN: `${TOKEN} x` })).not.toContain(TOKEN);
    expect(
      problemsOf({ ...NEEDED, GITEA_URL: "https://bot:hunter2@git.example.org" }),
    ).not.toContain("hunter2");
    const config = readConfig(NEEDED);
    for (const shown of [
      JSON.stringify(config),
      inspect(config, { depth: 9 }),
      inspect({ ...config }),
    ]) {
      expect(shown).not.toContain(TOKEN);
      expect(shown).not.toContain(SECRET);
    }
  });

  test("takes from the home's config file what the environment does not say", () => {
    const file = fileWith(`MAX_CONCURRENT_AGENTS=5
      export KUGETSU_TEMP_DIR="$HOME"/temp
      GITEA_URL=https://forge.example.org
      SANDBOX_READ=~/go:/opt/x
      TURN_TIMEOUT=1h
      PORT=4000
      HOST=
      KUGETSU_ALLOW=olivia adam`);
    expect(readConfig({ ...NEEDED, GITEA_URL: "", PORT: "5000" }, file)).toMatchObject({
      maxConcurrentAgents: 5,
      tempDir: "/home/op/temp",
      forges: [{ url: "https://forge.example.org" }],
      sandboxRead: ["/home/op/go", "/opt/x"],
      limits: { wallMs: 3_600_000 },
      port: 5000,
      host: "127.0.0.1",
      allow: ["olivia", "adam"],
      warnings: [],
    });
  });

  test("warns of what is wrong in the file, in its order and with each line, and takes the default", () => {
    const file = fileWith(`MAX_CONCURRENT_AGENT=5
MAX_CONCURRENT_AGENTS=many
TURN_OUTPUT=1
TURN_SILENCE=1ms
SANDBOX=never
KUGETSU_TEMP_DIR=temp
KUGETSU_PUBLIC_URL=https://bot:hunter2@host
DELEGATE_ALLOW=olivia,a/b/c
FOO=1
KUGETSU_HOME=/elsewhere
PORT=x`);
    const words = [
      /^\/h\/config line 1: MAX_CONCURRENT_AGENT is no setting\. Did you mean MAX_CONCURRENT_AGENTS\?$/,
      /line 2: MAX_CONCURRENT_AGENTS must be a whole number .*, not "many"\. 3 holds\.$/,
      /line 3: TURN_OUTPUT must be a size .* 4G holds\.$/,
      /line 4: TURN_SILENCE must be a duration .* 10m holds\.$/,
      /line 5: SANDBOX must be one of required, off.* It is left out\.$/,
      /line 6: KUGETSU_TEMP_DIR must be an absolute path/,
      /line 7: KUGETSU_PUBLIC_URL must be an address/,
      /line 8: DELEGATE_ALLOW: "a\/b\/c" is not a login or host\/login\. It is left out\.$/,
      /line 9: FOO is no setting\. .*kugetsu env set/,
      /line 10: KUGETSU_HOME means nothing here/,
      /line 11: PORT must be .* 3000 holds\.$/,
    ];
    for (const config of [readConfig(NEEDED, file), readWorkConfig(NEEDED, file)]) {
      expect(config.warnings).toEqual(words.map((each) => expect.stringMatching(each)));
      expect(config).toMatchObject({
        home: "/home/op/.kugetsu",
        maxConcurrentAgents: 3,
        limits: { outputBytes: 4 * 1024 ** 3, silenceMs: 600_000 },
        sandbox: undefined,
        tempDir: undefined,
      });
      expect(inspect(config)).not.toContain("hunter2");
    }
    expect(readConfig(NEEDED, file).delegateAllow).toEqual(["olivia"]);
  });

  test("tells what is wrong in the file along with what keeps a server from starting", () => {
    const file = fileWith("GITEA_ULR=https://x\nPORT=x");
    expect(() => readConfig({ ...NEEDED, GITEA_URL: "" }, file)).toThrow(
      /^3 settings are wrong:\n- GITEA_URL is not set.*\n- .*Did you mean GITEA_URL\?\n- .*PORT/,
    );
  });

  test("serves nobody rather than everybody when KUGETSU_ALLOW is wrong in the file", () => {
    expect(() => readConfig(NEEDED, fileWith("\nKUGETSU_ALLOW=host/olivia/shop/x"))).toThrow(
      "/h/config line 2: KUGETSU_ALLOW",
    );
  });

  test.each([
    ["GITEA_TOKEN", "- pm-agent"],
    ["GITEA_WEBHOOK_SECRET", "environment of `kugetsu serve`"],
    ["ANTHROPIC_API_KEY", "kugetsu env set ANTHROPIC_API_KEY"],
    ["GH_TOKEN", "- pm-agent"],
    ["MY_PASSWORD", "kugetsu env set MY_PASSWORD"],
  ])("never takes %s from the file, and says where it belongs", (name, words) => {
    const file = fileWith(`${name}=${TOKEN}`);
    const env = { ...NEEDED, [name]: "" };
    const warning = readWorkConfig(env, file).warnings.join("\n");
    expect(warning).toContain(`line 1: ${name} is a secret, and not read from this file`);
    expect(warning).toContain(words);
    expect(warning).not.toContain(TOKEN);
    expect(inspect(readWorkConfig(env, file), { depth: 9 })).not.toContain(TOKEN);
    expect(JSON.stringify(describeConfig(env, file))).not.toContain(TOKEN);
  });

  test.each(["GITEA_TOKEN", "GITEA_WEBHOOK_SECRET"])("needs %s in the environment", (name) => {
    const file = fileWith(`${name}=${TOKEN}`);
    expect(() => readConfig({ ...NEEDED, [name]: "" }, file)).toThrow(`${name} is not set`);
  });

  test("is shown with where each value comes from, and no secret", () => {
    const file = fileWith("\nTURN_TIMEOUT=1h\nPORT=4000\nTURN_TOKENS=x");
    const { settings, warnings, check } = describeConfig({ ...NEEDED, PORT: "5000" }, file);
    const held = new Map(settings.map((setting) => [setting.name, setting]));
    expect(held.get("TURN_TIMEOUT")).toEqual({ name: "TURN_TIMEOUT", value: "1h", from: 2 });
    expect(held.get("PORT")).toMatchObject({ value: "5000", from: "environment" });
    expect(held.get("TURN_TOKENS")).toMatchObject({ value: "2000000", from: "default" });
    expect(held.get("KUGETSU_HOME")).toMatchObject({ from: "default" });
    expect([...held.keys()].filter((name) => /SECRET|GITEA_TOKEN/.test(name))).toEqual([]);
    expect(warnings).toHaveLength(1);
    check();
    expect(describeConfig({ PORT: "x" }, file).check).toThrow("PORT");
  });

  test("accepts every example of the file that init makes", async () => {
    const directory = await mkdtemp(join(tmpdir(), "kugetsu-examples-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const path = join(directory, "config");
    await createConfigFile({ config: path });
    const text = (await readFile(path, "utf8")).replaceAll(/^# (?=[A-Z_]+=)/gm, "");
    const file = fileWith(text);
    expect([...file.values.keys()].slice(0, 2)).toEqual([
      "MAX_CONCURRENT_AGENTS",
      "KUGETSU_TEMP_DIR",
    ]);
    expect(readWorkConfig(NEEDED, file)).toMatchObject({ maxConcurrentAgents: 5, warnings: [] });
  });

  test("of the core needs no forge", () => {
    expect(readWorkConfig({ HOME: "/home/op", MAX_CONCURRENT_AGENTS: "2" })).toMatchObject({
      home: "/home/op/.kugetsu",
      maxConcurrentAgents: 2,
    });
    expect(readHome({ HOME: "/home/op", MAX_CONCURRENT_AGENTS: "wrong" })).toBe(
      "/home/op/.kugetsu",
    );
  });
});
