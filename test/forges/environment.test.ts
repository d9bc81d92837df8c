import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { readConfig, readWorkConfig } from "../../src/config.ts";
import { KugetsuError } from "../../src/kugetsu/errors.ts";
import { otherKey, rsaKey } from "./rsa-key.ts";

const KEY = rsaKey();
const TOKEN = "0123456789abcdef0123456789abcdef01234567";
const SECRET = "a secret of the webhook";
const HOME = { HOME: "/home/op" };
const GITEA = {
  GITEA_URL: "https://git.example.org",
  GITEA_TOKEN: TOKEN,
  GITEA_WEBHOOK_SECRET: SECRET,
};
const GITHUB = {
  GITHUB_TOKEN: "ghp_0123456789",
  GITHUB_WEBHOOK_SECRET: "another secret, of GitHub",
};
const APP = {
  GITHUB_APP_ID: "12345",
  GITHUB_APP_PRIVATE_KEY: KEY,
  GITHUB_APP_ACCOUNTS: "Acme, olivia",
  GITHUB_WEBHOOK_SECRET: "another secret, of GitHub",
};

/** The problems of a server's settings, one a line. */
function problemsOf(env: Record<string, string>, stored = 0): string {
  try {
    readConfig({ ...HOME, ...env }, undefined, stored);
    return "";
  } catch (error) {
    if (error instanceof KugetsuError && error.code === "invalid") return error.message;
    throw error;
  }
}

/** The forges that the command line has. */
function forgesOf(env: Record<string, string>): readonly string[] {
  return readWorkConfig({ ...HOME, ...env }).forges.map(({ name }) => name);
}

test("a server has Gitea, GitHub, or both, each with its secrets", () => {
  const { forges, secrets } = readConfig({
    ...HOME,
    ...GITEA,
    ...GITHUB,
    GITEA_PERMISSION_TOKEN: "f".repeat(40),
    GITHUB_WEBHOOK_SECRET_PREVIOUS: "the secret before that",
  });
  expect(forges).toMatchObject([
    {
      name: "gitea",
      kind: "gitea",
      url: "https://git.example.org",
      from: "environment",
      secrets: { token: TOKEN, webhook: [SECRET], permissionToken: "f".repeat(40) },
    },
    {
      name: "github",
      kind: "github",
      url: "https://github.com",
      apiUrl: undefined,
      accounts: [],
      secrets: {
        token: GITHUB.GITHUB_TOKEN,
        webhook: [GITHUB.GITHUB_WEBHOOK_SECRET, "the secret before that"],
      },
    },
  ]);
  for (const secret of [TOKEN, SECRET, "f".repeat(40), ...Object.values(GITHUB)])
    expect(secrets.own).toContain(secret);
  expect(readConfig({ ...HOME, ...GITHUB }).forges).toMatchObject([{ name: "github" }]);
});

test("a GitHub App has its number, its key and the accounts that it serves, on any host", () => {
  const { forges, secrets } = readConfig({
    ...HOME,
    ...APP,
    GITHUB_URL: "https://github.example.org/",
    GITHUB_API_URL: "https://github.example.org/api/v3/",
  });
  expect(forges).toMatchObject([
    {
      url: "https://github.example.org",
      apiUrl: "https://github.example.org/api/v3",
      accounts: ["acme", "olivia"],
      secrets: { token: undefined, app: { id: 12345, privateKey: KEY } },
    },
  ]);
  expect(secrets.own).toContain(KEY);
});

test("its key may be a text without line breaks, or a file's path", async () => {
  const directory = await mkdtemp(join(tmpdir(), "kugetsu-key-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "app.pem");
  const pkcs8 = rsaKey("pkcs8");
  await writeFile(path, pkcs8, { mode: 0o600 });
  for (const [given, key] of [
    [KEY.replaceAll("\n", String.raw`\n`), KEY],
    [path, pkcs8],
  ] as const) {
    const env = { ...HOME, ...APP, GITHUB_APP_PRIVATE_KEY: given };
    const { forges, secrets } = readConfig(env);
    expect(forges[0]?.secrets.app?.privateKey).toBe(key);
    expect(secrets.own).toContain(key);
    // A path is no secret: hidden, no message about it could be read.
    expect(secrets.own).not.toContain(path);
    expect(readWorkConfig(env).forges).toMatchObject([
      { name: "github", accounts: ["acme", "olivia"] },
    ]);
  }
});

test("a key's file that others may read is refused: agents would see it", async () => {
  const directory = await mkdtemp(join(tmpdir(), "kugetsu-key-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "app.pem");
  await writeFile(path, KEY);
  const env = { ...HOME, ...APP, GITHUB_APP_PRIVATE_KEY: path };
  for (const mode of [0o644, 0o640, 0o601]) {
    await chmod(path, mode);
    const refused = new RegExp(`open to other users .0${mode.toString(8)}.*chmod 600 ${path}`);
    expect(() => readConfig(env)).toThrow(refused);
    expect(() => readWorkConfig(env)).toThrow(refused);
  }
  await chmod(path, 0o400);
  expect(readConfig(env).forges[0]?.secrets.app?.privateKey).toBe(KEY);
});

test.each<[string, Record<string, string>, RegExp]>([
  ["no forge at all", {}, /^No forge is configured: .*GITEA_URL.*GITHUB_TOKEN.*kugetsu forge add/],
  [
    "half a Gitea",
    { GITEA_URL: "https://x" },
    /GITEA_TOKEN is not set.*\n.*GITEA_WEBHOOK_SECRET is not/,
  ],
  [
    "a token without a secret",
    { GITHUB_TOKEN: "x" },
    /^GITHUB_WEBHOOK_SECRET is not set: .*openssl rand/,
  ],
  [
    "a secret without an account",
    { GITHUB_WEBHOOK_SECRET: SECRET },
    /has no account: set GITHUB_TOKEN, or/,
  ],
  ["a token and an App", { ...APP, ...GITHUB }, /GITHUB_TOKEN and a GitHub App .* both set/],
  ["an App without its number", { ...APP, GITHUB_APP_ID: "" }, /^GITHUB_APP_ID is not set/],
  [
    "a number that is none",
    { ...APP, GITHUB_APP_ID: "abc" },
    /^GITHUB_APP_ID: "abc" is not the number/,
  ],
  [
    "an App without a key",
    { ...APP, GITHUB_APP_PRIVATE_KEY: "" },
    /^GITHUB_APP_PRIVATE_KEY is not set/,
  ],
  [
    "an App for everybody",
    { ...APP, GITHUB_APP_ACCOUNTS: "" },
    /^GITHUB_APP_ACCOUNTS is not set.*Anybody/,
  ],
  [
    "an account that is none",
    { ...APP, GITHUB_APP_ACCOUNTS: "a/b" },
    /^GITHUB_APP_ACCOUNTS: "a\/b"/,
  ],
  [
    "a key of another kind",
    { ...APP, GITHUB_APP_PRIVATE_KEY: otherKey() },
    /^GITHUB_APP_PRIVATE_KEY is no RSA/,
  ],
  [
    "a key that is none",
    { ...APP, GITHUB_APP_PRIVATE_KEY: "hunter22" },
    /^GITHUB_APP_PRIVATE_KEY is no RSA/,
  ],
  [
    "a file that is not there",
    { ...APP, GITHUB_APP_PRIVATE_KEY: "/none" },
    /names a file that cannot be read \(ENOENT\)/,
  ],
  [
    "a directory",
    { ...APP, GITHUB_APP_PRIVATE_KEY: "/tmp" },
    /names a file that is no private key/,
  ],
  ["a token of two words", { ...GITHUB, GITHUB_TOKEN: "a b" }, /^GITHUB_TOKEN holds white space/],
  [
    "a secret that can be guessed",
    { ...GITHUB, GITHUB_WEBHOOK_SECRET: "please-change-me-now" },
    /^GITHUB_WEBHOOK_SECRET can be guessed/,
  ],
  [
    "one host twice",
    { ...GITEA, ...GITHUB, GITHUB_URL: "https://git.example.org/x" },
    /name the same host/,
  ],
])("%s is a problem", (_, env, words) => {
  const told = problemsOf(env);
  expect(told).toMatch(words);
  for (const secret of ["hunter22", "please-change", "PRIVATE KEY-"])
    expect(told).not.toContain(secret);
});

test("every problem of every forge is told at once", () => {
  const told = problemsOf({ GITEA_URL: "x", GITHUB_APP_ID: "1", PORT: "x" });
  for (const name of [
    "GITEA_URL",
    "GITEA_TOKEN",
    "GITEA_WEBHOOK_SECRET",
    "GITHUB_APP_PRIVATE_KEY",
    "GITHUB_APP_ACCOUNTS",
    "GITHUB_WEBHOOK_SECRET",
    "PORT",
  ])
    expect(told).toContain(`- ${name}`);
});

test("with a forge in forges.json the environment needs none", () => {
  expect(problemsOf({}, 1)).toBe("");
});

test("the command line needs no webhook's secret, and takes no half of a forge", () => {
  expect(forgesOf({ GITEA_URL: "https://x", GITEA_TOKEN: TOKEN, GITHUB_TOKEN: "x" })).toEqual([
    "gitea",
    "github",
  ]);
  expect(forgesOf({ GITEA_URL: "https://x" })).toEqual([]);
  expect(forgesOf({ GITEA_TOKEN: "x", GITHUB_WEBHOOK_SECRET: "x" })).toEqual([]);
});

test("no secret of a forge is ever printed", () => {
  const config = readConfig({ ...HOME, ...GITEA, ...APP });
  for (const shown of [JSON.stringify(config), inspect(config, { depth: 9 })])
    for (const secret of [TOKEN, SECRET, APP.GITHUB_WEBHOOK_SECRET, "PRIVATE KEY"])
      expect(shown).not.toContain(secret);
});

test("a token for GitHub that is there for something else keeps no other forge from being served", () => {
  const stray = { GITHUB_TOKEN: "x" };
  const config = readConfig({ ...HOME, ...GITEA, ...stray });
  expect(config.forges.map(({ name }) => name)).toEqual(["gitea"]);
  expect(config.warnings).toEqual([
    expect.stringMatching(/set GITHUB_WEBHOOK_SECRET to .* or take GITHUB_TOKEN out/) as string,
  ]);
  // No agent may have it even so.
  expect(config.secrets.own).toContain("x");
  expect(readConfig({ ...HOME, ...stray }, undefined, 1).forges).toEqual([]);
  expect(problemsOf({ ...GITEA, ...stray, GITHUB_APP_ID: "1" })).toMatch(/both set/);
});
