import { expect, test } from "vitest";
import { model } from "../../src/doctor/model.ts";
import { look, newHome } from "./installation.ts";

const KEY = "sk-0123456789abcdef";
const provider = (options: object) => ({ own: { npm: "x", options, models: { m: {} } } });

test.each([
  ["nothing at all", {}, {}, "problem", "no model"],
  ["a model whose provider has no key", { model: "anthropic/opus" }, {}, "problem", "no key for"],
  [
    "a model with the key of its provider",
    { model: "anthropic/opus" },
    { ANTHROPIC_API_KEY: KEY },
    "ok",
    "anthropic/opus; there is a key",
  ],
  ["a key alone", {}, { OPENAI_API_KEY: KEY }, "warning", "chooses one itself, of openai"],
  [
    "credentials of opencode's own",
    { model: "groq/llama" },
    { OPENCODE_AUTH_CONTENT: JSON.stringify({ groq: { type: "api", key: KEY } }) },
    "ok",
    "key for groq",
  ],
  [
    "a key in the configuration",
    { model: "own/m", provider: provider({ apiKey: KEY, baseURL: "http://localhost" }) },
    {},
    "ok",
    "key for own",
  ],
  [
    "a variable in the configuration that is not set",
    { model: "own/m", provider: provider({ apiKey: "{env:MINE}" }) },
    {},
    "warning",
    "no key for own",
  ],
  [
    "a model of one's own that needs no key",
    { model: "own/m", provider: provider({ baseURL: "http://localhost:11434/v1" }) },
    {},
    "ok",
    "own/m",
  ],
  [
    "a provider that is shut off",
    { model: "openai/gpt", enabled_providers: ["groq"] },
    { OPENAI_API_KEY: KEY },
    "problem",
    "not among the enabled ones",
  ],
  ["a model without a provider", { model: "opus" }, { OPENAI_API_KEY: KEY }, "problem", "names no"],
])("with %s", async (_, config, env, status, words) => {
  const found = await look(model, {
    KUGETSU_HOME: newHome(),
    OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
    ...env,
  });
  expect(found).toMatchObject([{ status, detail: expect.stringContaining(words) }]);
  expect(JSON.stringify(found)).not.toContain(KEY);
});

test("a key in default.env counts", async () => {
  const KUGETSU_HOME = newHome({
    "env/default.env": `MISTRAL_API_KEY=${KEY}\nOPENCODE_CONFIG_CONTENT='{"model":"mistral/x"}'\n`,
  });
  expect(await look(model, { KUGETSU_HOME })).toMatchObject([{ status: "ok" }]);
});

test("a configuration that is broken is refused with its line", async () => {
  const env = { KUGETSU_HOME: newHome(), OPENCODE_CONFIG_CONTENT: "{" };
  await expect(look(model, env)).rejects.toMatchObject({
    message: expect.stringContaining("line 1"),
  });
});
