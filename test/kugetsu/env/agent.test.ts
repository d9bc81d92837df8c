import { describe, expect, test } from "vitest";
import { agentEnvironment, type AgentEnvironmentOptions } from "../../../src/kugetsu/env/agent.ts";

const BOT_TOKEN = "0123456789abcdef0123456789abcdef01234567";
const WEBHOOK_SECRET = "a-webhook-secret-of-the-bot";

function build(options: Partial<AgentEnvironmentOptions> = {}) {
  const withheld: string[] = [];
  const environment = agentEnvironment({
    kind: "dev",
    source: { PATH: "/usr/bin:/bin" },
    defaultEnv: new Map(),
    pass: [],
    identity: { name: "kugetsu-bot", email: "bot@example.org" },
    tempDir: "/agents/x/temp",
    secrets: [BOT_TOKEN, WEBHOOK_SECRET],
    withheld: (name) => withheld.push(name),
    ...options,
  });
  return { environment, withheld };
}

const EVERYWHERE = {
  PATH: "/usr/bin:/bin",
  KUGETSU_TEMP_DIR: "/agents/x/temp",
  GIT_AUTHOR_NAME: "kugetsu-bot",
  GIT_AUTHOR_EMAIL: "bot@example.org",
  GIT_COMMITTER_NAME: "kugetsu-bot",
  GIT_COMMITTER_EMAIL: "bot@example.org",
};

describe("an agent's environment", () => {
  test("is exactly what is named, whatever the process has", () => {
    const { environment, withheld } = build({
      source: {
        PATH: "/usr/bin:/bin",
        HOME: "/home/op",
        USER: "op",
        LANG: "C.UTF-8",
        TERM: "xterm",
        TZ: "Europe/Berlin",
        HTTPS_PROXY: "http://proxy:3128",
        no_proxy: "localhost",
        LC_ALL: "C",
        KUGETSU_HOME: "/home/op/.kugetsu",
        GITEA_URL: "https://git.example.org",
        GITEA_TOKEN: BOT_TOKEN,
        GITEA_WEBHOOK_SECRET: WEBHOOK_SECRET,
        GITHUB_TOKEN: "gh",
        AWS_SECRET_ACCESS_KEY: "aws",
        SSH_AUTH_SOCK: "/run/ssh",
        NODE_OPTIONS: "--require /x",
        npm_config_registry: "https://npm.example.org",
        npm_lifecycle_event: "kugetsu",
        INIT_CWD: "/srv",
        ANTHROPIC_API_KEY: "key-a",
        OPENAI_API_KEY: "",
        OPENCODE_CONFIG_CONTENT: "{}",
      },
    });
    expect(environment).toEqual({
      ...EVERYWHERE,
      LANG: "C.UTF-8",
      TERM: "xterm",
      TZ: "Europe/Berlin",
      HTTPS_PROXY: "http://proxy:3128",
      no_proxy: "localhost",
      ANTHROPIC_API_KEY: "key-a",
      OPENCODE_CONFIG_CONTENT: "{}",
    });
    expect(withheld).toEqual([]);
  });

  test.each([
    [
      "npm's entries",
      "/srv/node_modules/.bin:/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:/usr/bin:/bin",
      "/usr/bin:/bin",
    ],
    [
      "relative entries, which lie in the repository",
      ".:bin::/usr/bin:node_modules/.bin",
      "/usr/bin",
    ],
    ["repeated entries", "/bin:/usr/bin:/bin", "/bin:/usr/bin"],
    ["everything", "", "/usr/local/bin:/usr/bin:/bin"],
  ])("has a PATH without %s", (_, path, expected) => {
    expect(build({ source: { PATH: path } }).environment["PATH"]).toBe(expected);
  });

  test("has what AGENT_ENV_PASS names, and default.env over it", () => {
    const { environment } = build({
      source: {
        PATH: "/bin",
        MY_KEY: "from the process",
        OTHER: "x",
        OPENAI_API_KEY: "from the process",
      },
      pass: ["MY_KEY", "NOT_THERE"],
      defaultEnv: new Map([
        ["OPENAI_API_KEY", "from the file"],
        ["CI", "1"],
        ["GITEA_URL", "https://other"],
      ]),
    });
    expect(environment).toEqual({
      ...EVERYWHERE,
      PATH: "/bin",
      MY_KEY: "from the process",
      OPENAI_API_KEY: "from the file",
      CI: "1",
      GITEA_URL: "https://other",
    });
  });

  const FORGE_TOKENS = [
    "GITEA_TOKEN",
    "FORGEJO_TOKEN",
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GITLAB_TOKEN",
    "GITEA_ACCESS_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_PAT",
    "GITHUB_APP_PRIVATE_KEY",
    "gitea_token",
  ];
  const NEVER = [
    "GITEA_WEBHOOK_SECRET",
    "GITHUB_WEBHOOK_SECRET",
    "GITEA_WEBHOOK_SECRET_PREVIOUS",
    "GITEA_PERMISSION_TOKEN",
    "WEBHOOK_SECRET",
    "KUGETSU_HOME",
    "KUGETSU_LEASE",
    "KUGETSU_TEMP_DIR",
    "HOME",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "NODE_OPTIONS",
    "BASH_ENV",
    "ENV",
    "BUN_OPTIONS",
    "PYTHONSTARTUP",
    "PERL5OPT",
    "GIT_DIR",
    "GIT_SSH_COMMAND",
    "GIT_CONFIG_COUNT",
    "GIT_AUTHOR_NAME",
    "GIT_ASKPASS",
    "OPENCODE_SERVER_PASSWORD",
    "OPENCODE_PERMISSION",
    "OPENCODE_DISABLE_PROJECT_CONFIG",
  ];

  test.each([...FORGE_TOKENS, ...NEVER])(
    "of a dev agent never has %s from default.env or AGENT_ENV_PASS",
    (name) => {
      const before = build().environment;
      for (const given of [
        { defaultEnv: new Map([[name, "some value"]]) },
        { source: { PATH: "/usr/bin:/bin", [name]: "some value" }, pass: [name] },
      ]) {
        const { environment, withheld } = build(given);
        expect(environment).toEqual(before);
        expect(withheld).toEqual([name]);
      }
    },
  );

  test.each([BOT_TOKEN, `https://bot:${BOT_TOKEN}@git.example.org`, WEBHOOK_SECRET])(
    "never has the bot's own secret under another name",
    (value) => {
      const { environment, withheld } = build({ defaultEnv: new Map([["HARMLESS", value]]) });
      expect(environment).toEqual(EVERYWHERE);
      expect(withheld).toEqual(["HARMLESS"]);
    },
  );

  test("of a dev agent has nothing of pm-agent.env", () => {
    const pmEnv = new Map([
      ["GITEA_TOKEN", "the PM agent's"],
      ["A", "1"],
    ]);
    expect(build({ pmEnv, giteaUrl: "https://git.example.org" }).environment).toEqual(EVERYWHERE);
  });
});

describe("a PM agent's environment", () => {
  test("has the forge's address and pm-agent.env over default.env", () => {
    const { environment, withheld } = build({
      kind: "pm",
      source: { PATH: "/usr/bin:/bin", GITEA_TOKEN: BOT_TOKEN },
      giteaUrl: "https://git.example.org",
      defaultEnv: new Map([
        ["A", "default"],
        ["B", "default"],
      ]),
      pmEnv: new Map([
        ["A", "pm"],
        ["GITEA_TOKEN", "the PM agent's own"],
      ]),
    });
    expect(environment).toEqual({
      ...EVERYWHERE,
      GITEA_URL: "https://git.example.org",
      A: "pm",
      B: "default",
      GITEA_TOKEN: "the PM agent's own",
    });
    expect(withheld).toEqual([]);
  });

  test("has no forge token of the server or of default.env", () => {
    const { environment, withheld } = build({
      kind: "pm",
      source: { PATH: "/usr/bin:/bin", GITEA_TOKEN: BOT_TOKEN },
      pass: ["GITEA_TOKEN"],
      defaultEnv: new Map([["GITEA_TOKEN", "another"]]),
    });
    expect(environment).toEqual(EVERYWHERE);
    expect(withheld).toEqual(["GITEA_TOKEN", "GITEA_TOKEN"]);
  });

  test("has no webhook secret, no App's key, no permission token and no loader trick, also from pm-agent.env", () => {
    const pmEnv = new Map([
      ["GITEA_WEBHOOK_SECRET", "x"],
      ["GITEA_PERMISSION_TOKEN", "x"],
      ["GITHUB_APP_PRIVATE_KEY", "x"],
      ["GH_APP_PRIVATE_KEY_BASE64", "x"],
      ["APP_PRIVATE_KEY", "x"],
      ["LD_PRELOAD", "/x.so"],
      ["ALIAS", WEBHOOK_SECRET],
    ]);
    const { environment, withheld } = build({ kind: "pm", pmEnv });
    expect(environment).toEqual(EVERYWHERE);
    expect(withheld).toEqual([...pmEnv.keys()]);
  });
});
