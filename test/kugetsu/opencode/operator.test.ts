import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { operatorConfig } from "../../../src/kugetsu/opencode/operator.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "kugetsu-operator-"));
  await mkdir(join(home, ".config/opencode"), { recursive: true });
  await mkdir(join(home, ".local/share/opencode"), { recursive: true });
});

afterEach(async () => {
  await rm(home, { recursive: true });
});

test("the user's file, the named file and the text follow one another", async () => {
  await writeFile(join(home, ".config/opencode/opencode.json"), '{"a":1}');
  await writeFile(join(home, "named.jsonc"), '{"a":2}');
  const config = await operatorConfig({
    environment: {
      HOME: home,
      OPENCODE_CONFIG: "~/named.jsonc",
      OPENCODE_CONFIG_CONTENT: '{"a":3}',
    },
    defaultEnv: new Map(),
  });
  expect(config.layers.map(({ source, text }) => [source, text])).toEqual([
    ["the user's opencode.json", '{"a":1}'],
    ["OPENCODE_CONFIG", '{"a":2}'],
    ["OPENCODE_CONFIG_CONTENT", '{"a":3}'],
  ]);
  expect(config.auth).toBeUndefined();
});

test("default.env wins over the environment", async () => {
  const config = await operatorConfig({
    environment: { HOME: home, OPENCODE_CONFIG_CONTENT: "{}", KEY: "old" },
    defaultEnv: new Map([
      ["OPENCODE_CONFIG_CONTENT", '{"b":1}'],
      ["KEY", "new"],
    ]),
  });
  expect(config.layers.map(({ text }) => text)).toEqual(['{"b":1}']);
  expect(config.env["KEY"]).toBe("new");
});

test("credentials come from the user's auth.json, or from the variable", async () => {
  await writeFile(join(home, ".local/share/opencode/auth.json"), '{"local":{}}');
  const environment = { HOME: home };
  const defaultEnv = new Map<string, string>();
  expect((await operatorConfig({ environment, defaultEnv })).auth).toBe('{"local":{}}');
  defaultEnv.set("OPENCODE_AUTH_CONTENT", '{"other":{}}');
  expect((await operatorConfig({ environment, defaultEnv })).auth).toBe('{"other":{}}');
});

test("without any configuration there are no layers", async () => {
  expect(
    await operatorConfig({ environment: { HOME: home }, defaultEnv: new Map() }),
  ).toMatchObject({
    layers: [],
    home,
  });
});

test("a named file that is not there, or not a file, is an error that says so", async () => {
  const read = (path: string) =>
    operatorConfig({ environment: { HOME: home, OPENCODE_CONFIG: path }, defaultEnv: new Map() });
  await expect(read(join(home, "missing.json"))).rejects.toMatchObject({
    code: "invalid",
    message: "OPENCODE_CONFIG names a file that does not exist.",
  });
  await expect(read(home)).rejects.toMatchObject({ code: "invalid" });
});
