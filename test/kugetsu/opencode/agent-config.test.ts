import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentConfig } from "../../../src/kugetsu/opencode/agent-config.ts";
import { mergeLayers } from "../../../src/kugetsu/opencode/merge.ts";
import type { OpencodeConfig } from "../../../src/kugetsu/opencode/operator.ts";

function operator(
  layers: readonly (string | object)[],
  more: Partial<OpencodeConfig> = {},
): OpencodeConfig {
  return {
    layers: layers.map((layer, index) => ({
      source: `layer ${index + 1}`,
      text: typeof layer === "string" ? layer : JSON.stringify(layer),
      directory: "/etc/layers",
    })),
    env: {},
    home: "/home/operator",
    auth: undefined,
    ...more,
  };
}

function configOf(
  config: OpencodeConfig,
  env: Record<string, string> = {},
): Record<string, unknown> {
  return JSON.parse(agentConfig(config, env, ["/agent/tmp"]).text);
}

function contained(config: object): boolean {
  return agentConfig(operator([config]), {}, []).selfContained;
}

function model(config: object): string | undefined {
  return agentConfig(operator([config]), {}, []).model;
}

test("later layers win key by key, and lists of plugins add up", () => {
  const merged = mergeLayers(
    operator([
      {
        model: "a/b",
        provider: { a: { options: { x: 1, y: 1 } } },
        plugin: ["one"],
        instructions: ["I.md"],
      },
      { provider: { a: { options: { y: 2 } } }, plugin: ["two", "one"], instructions: ["J.md"] },
      { model: "a/c", keybinds: ["k"] },
    ]),
  );
  expect(merged).toEqual({
    model: "a/c",
    provider: { a: { options: { x: 1, y: 2 } } },
    plugin: ["one", "two"],
    instructions: ["I.md", "J.md"],
    keybinds: ["k"],
  });
});

test("comments and trailing commas are read, and an empty text says nothing", () => {
  expect(
    mergeLayers(operator(['{ // the model\n "model": "a/b", /* end */ }', "", " \n"])),
  ).toEqual({
    model: "a/b",
  });
});

test.each([
  ["a cut text", '{"model": "a/b"', "layer 2 is broken (line 1: CloseBraceExpected)"],
  ["no object", "[1]", "layer 2 is broken (it is not a JSON object)"],
  ["words", "{}\nhello", "layer 2 is broken (line 2: InvalidSymbol)"],
])("%s is an error that names its layer", (_, text, words) => {
  expect(() => mergeLayers(operator([{}, text]))).toThrow(
    expect.objectContaining({ code: "invalid", message: expect.stringContaining(words) }),
  );
});

test("variables and files are put in, and cannot break out of their place", async () => {
  const directory = await mkdtemp(join(tmpdir(), "kugetsu-config-"));
  await writeFile(join(directory, "key.txt"), "from-a-file\n");
  const config = operator(
    [
      {
        provider: {
          a: { options: { apiKey: "{env:KEY}", other: "{file:KEYFILE} {env:MISSING}" } },
        },
      },
    ],
    { env: { KEY: 'quote " and \\' } },
  );
  const [layer] = config.layers;
  if (layer === undefined) throw new Error("no layer");
  const text = layer.text.replace("KEYFILE", "key.txt");
  const merged = mergeLayers({ ...config, layers: [{ ...layer, text, directory }] });
  expect(merged).toEqual({
    provider: { a: { options: { apiKey: 'quote " and \\', other: "from-a-file " } } },
  });
  await rm(directory, { recursive: true });
});

test("a file that cannot be read is an error that names its layer", () => {
  expect(() => mergeLayers(operator([{ model: "{file:/no/such/file}" }]))).toThrow(
    expect.objectContaining({ code: "invalid", message: "A {file:…} in layer 1 cannot be read." }),
  );
});

test("paths of plugins and instructions stay right in another directory with another home", () => {
  expect(
    mergeLayers(
      operator([
        { plugin: ["./mine.ts", "package", "~/own.ts"], instructions: ["~/rules.md", "docs/*.md"] },
      ]),
    ),
  ).toEqual({
    plugin: ["file:///etc/layers/mine.ts", "package", "file:///home/operator/own.ts"],
    instructions: ["/home/operator/rules.md", "docs/*.md"],
  });
});

test("kugetsu's own settings win, and the operator's other ones stay", () => {
  const config = configOf(
    operator([
      {
        share: "auto",
        autoshare: true,
        autoupdate: true,
        snapshot: true,
        server: { hostname: "0.0.0.0" },
        mcp: { docs: { type: "remote", url: "http://docs" } },
        theme: "dark",
      },
    ]),
  );
  expect(config).toMatchObject({
    share: "disabled",
    autoupdate: false,
    snapshot: false,
    mcp: { docs: { url: "http://docs" } },
    theme: "dark",
  });
  expect(config).not.toHaveProperty("server");
  expect(config).not.toHaveProperty("autoshare");
});

test("only providers that the operator speaks of are enabled", () => {
  const speaks = operator(
    [
      {
        model: "openrouter/anthropic/claude",
        provider: { local: {} },
        agent: { build: { model: "mistral/large" } },
        command: { review: { model: "groq/x", template: "" } },
      },
    ],
    { auth: '{"zen":{"type":"api","key":"k"}}' },
  );
  expect(
    configOf(speaks, { ANTHROPIC_API_KEY: "k", XAI_API_KEY: "" })["enabled_providers"],
  ).toEqual(["anthropic", "groq", "local", "mistral", "openrouter", "zen"]);
  expect(configOf(operator([]))["enabled_providers"]).toEqual([]);
  expect(
    configOf(operator([{ enabled_providers: ["b"], model: "a/c" }]))["enabled_providers"],
  ).toEqual(["b"]);
});

test("a provider that is defined whole needs no list of providers, a known or hinted one does", () => {
  const whole = { npm: "pkg", options: { baseURL: "http://localhost/v1" }, models: { m: {} } };
  expect(contained({ model: "own/m", provider: { own: whole } })).toBe(true);
  expect(contained({ model: "anthropic/m", provider: { own: whole } })).toBe(false);
  expect(contained({ model: "own/m", provider: { own: { ...whole, models: {} } } })).toBe(false);
  expect(contained({ model: "own/m", provider: { own: { ...whole, options: {} } } })).toBe(false);
  expect(contained({ model: "openai/m", provider: { openai: whole } })).toBe(false);
  expect(contained({})).toBe(false);
});

test("the model asked for is the agent's own, else the common one", () => {
  expect(model({ model: "a/b" })).toBe("a/b");
  expect(model({ model: "a/b", agent: { build: { model: "a/c" } } })).toBe("a/c");
  expect(
    model({
      model: "a/b",
      default_agent: "x",
      agent: { x: { model: "a/d" }, build: { model: "a/c" } },
    }),
  ).toBe("a/d");
  expect(model({})).toBeUndefined();
});

test("without the operator's word nothing asks, and only its own directories are open", () => {
  expect(configOf(operator([]))["permission"]).toEqual({
    doom_loop: "allow",
    read: { "*": "allow", "*.env": "allow", "*.env.*": "allow" },
    external_directory: { "*": "deny", "/agent/tmp/*": "allow" },
    question: "deny",
    plan_enter: "deny",
    plan_exit: "deny",
  });
});

test("an ask of the operator is decided, and a deny stays one", () => {
  const config = configOf(
    operator([
      {
        permission: {
          edit: "ask",
          bash: { "*": "ask", "git push *": "deny", "ls *": "allow" },
          webfetch: "deny",
          external_directory: { "~/shared/*": "allow", "/secret/*": "ask" },
          doom_loop: "ask",
        },
        agent: {
          reviewer: { permission: { edit: "deny", bash: "ask", external_directory: "ask" } },
          plain: { prompt: "x" },
        },
        mode: { old: { permission: "ask" } },
      },
    ]),
  );
  expect(config["permission"]).toEqual({
    doom_loop: "allow",
    read: { "*": "allow", "*.env": "allow", "*.env.*": "allow" },
    edit: "allow",
    bash: { "*": "allow", "git push *": "deny", "ls *": "allow" },
    webfetch: "deny",
    external_directory: {
      "*": "deny",
      "~/shared/*": "allow",
      "/secret/*": "deny",
      "/agent/tmp/*": "allow",
    },
    question: "deny",
    plan_enter: "deny",
    plan_exit: "deny",
  });
  expect(config["agent"]).toEqual({
    reviewer: {
      permission: {
        edit: "deny",
        bash: "allow",
        external_directory: { "*": "deny", "/agent/tmp/*": "allow" },
      },
    },
    plain: { prompt: "x" },
  });
  expect(config["mode"]).toMatchObject({
    old: { permission: { "*": "allow", external_directory: { "*": "deny" } } },
  });
  expect(JSON.stringify(config)).not.toContain('"ask"');
});

test("one word for all permissions of the operator counts for all", () => {
  expect(configOf(operator([{ permission: "ask" }]))["permission"]).toMatchObject({
    "*": "allow",
    external_directory: { "*": "deny" },
  });
  expect(configOf(operator([{ permission: "allow" }]))["permission"]).toMatchObject({
    "*": "allow",
    external_directory: { "*": "allow" },
  });
});

test("values that must not be shown are known", () => {
  const config = operator(
    [
      {
        provider: {
          a: { options: { apiKey: "provider-key", headers: { Authorization: "Bearer 1234" } } },
        },
        model: "a/not-secret",
      },
    ],
    { auth: '{"b":{"type":"oauth","refresh":"refresh-token","expires":1}}' },
  );
  expect(agentConfig(config, {}, []).secrets.toSorted()).toEqual([
    "Bearer 1234",
    "provider-key",
    "refresh-token",
  ]);
});
