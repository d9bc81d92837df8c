import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { readConfig, readCoreConfig, readHome } from "../src/config.ts";
import { KugetsuError } from "../src/kugetsu/errors.ts";

const TOKEN = "0123456789abcdef0123456789abcdef01234567";
const SECRET = "a secret of the webhook";
const NEEDED = {
  HOME: "/home/op",
  GITEA_URL: "https://git.example.org/",
  GITEA_TOKEN: TOKEN,
  GITEA_WEBHOOK_SECRET: SECRET,
};

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
      gitea: { url: "https://git.example.org" },
      statusIntervalMs: 60_000,
      shutdownGraceMs: 30_000,
      turnsPerDay: 20,
      delegateAllow: [],
      allow: [],
      allowCiChanges: [],
    });
    expect(secrets.giteaToken).toBe(TOKEN);
    expect(secrets.giteaWebhookSecrets).toEqual([SECRET]);
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
      KUGETSU_ALLOW: "acme olivia/Shop",
      ALLOW_CI_CHANGES: "olivia/shop,\n acme/tools",
      AGENT_ENV_PASS: "MY_KEY,OTHER",
      LOG_LEVEL: "debug",
    });
    expect(config).toMatchObject({
      home: "/home/op/bot",
      tempDir: "/var/tmp/x",
      opencodeBinary: "/opt/opencode",
      publicUrl: "https://bot.example.org/kugetsu",
      gitea: { url: "http://127.0.0.1:3001/git" },
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
      allow: ["acme", "olivia/shop"],
      allowCiChanges: ["olivia/shop", "acme/tools"],
      agentEnvPass: ["MY_KEY", "OTHER"],
      logLevel: "debug",
    });
    expect(config.secrets.giteaWebhookSecrets).toEqual([SECRET, "the secret before it"]);
  });

  test("takes an empty variable for one that is not set", () => {
    expect(readConfig({ ...NEEDED, PORT: "", HOST: " ", TURN_TIMEOUT: "" })).toMatchObject({
      port: 3000,
      host: "127.0.0.1",
      limits: { wallMs: 1_800_000 },
    });
  });

  test("tells every problem at once, and what to do about a missing secret", () => {
    const words = problemsOf({ PORT: "99999", LOG_LEVEL: "loud" });
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
    ["KUGETSU_ALLOW", "olivia/shop/x"],
    ["ALLOW_CI_CHANGES", "olivia"],
    ["AGENT_ENV_PASS", "A=B"],
    ["SANDBOX", "no"],
    ["SANDBOX_READ", "tools"],
    ["SANDBOX_READ", "/"],
    ["AGENT_MEMORY", "1"],
    ["AGENT_FILE_SIZE", "a lot"],
    ["TURN_REQUESTS", "0"],
  ])("refuses %s=%j", (name, value) => {
    expect(problemsOf({ ...NEEDED, [name]: value })).toContain(name.replace("_PREVIOUS", ""));
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

  test("of the core needs no forge", () => {
    expect(readCoreConfig({ HOME: "/home/op", MAX_CONCURRENT_AGENTS: "2" })).toMatchObject({
      home: "/home/op/.kugetsu",
      maxConcurrentAgents: 2,
    });
    expect(readHome({ HOME: "/home/op", MAX_CONCURRENT_AGENTS: "wrong" })).toBe(
      "/home/op/.kugetsu",
    );
  });
});
