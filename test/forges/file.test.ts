import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { createForgeFile, type ForgeFile } from "../../src/forges/file.ts";
import type { HookSetting } from "../../src/forges/setting.ts";
import { otherKey, rsaKey } from "./rsa-key.ts";
import { printForge as printed } from "../../src/forges/stored.ts";
import { giteaSetting, SECRET } from "./setting.ts";

const KEY = rsaKey();
const WORK = giteaSetting({ name: "work", url: "https://work.example.org/git", from: "file" });
const HUB = giteaSetting({
  name: "hub",
  kind: "github",
  url: "https://github.com",
  apiUrl: "https://api.github.com",
  from: "file",
  accounts: ["acme"],
  app: { id: 7, privateKey: KEY },
});
// A token goes with no App.
const APP = { ...HUB, secrets: { ...HUB.secrets, token: undefined } };
const HOOK: HookSetting = {
  id: "0123456789abcdef",
  scope: "olivia/shop",
  scopeId: 9,
  remoteId: undefined,
  secrets: ["a secret of the hook's own"],
};

let home: string;
let file: ForgeFile;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "kugetsu-forges-"));
  onTestFinished(() => rm(home, { recursive: true }));
  file = createForgeFile(home, [giteaSetting()]);
});
const put = async (value: unknown, mode = 0o600) => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  await writeFile(file.path, text);
  await chmod(file.path, mode);
};

test("there need be no file, and looking makes none", async () => {
  expect(await file.load()).toEqual({ forges: [], hooks: [], warnings: [], secrets: [] });
  expect(await readdir(home)).toEqual([]);
});

test("what is saved is read again, by its owner alone, and never printed", async () => {
  await file.save(WORK);
  await file.save(APP);
  await file.addHook(WORK, HOOK);
  await file.addHook(giteaSetting(), { ...HOOK, scope: "acme", remoteId: 3 });
  const stored = await createForgeFile(home, [giteaSetting()]).load();
  expect(stored).toEqual({
    forges: [WORK, APP],
    hooks: [
      { ...HOOK, forge: "work", instance: "work.example.org" },
      { ...HOOK, scope: "acme", remoteId: 3, forge: "gitea", instance: "git.example.org" },
    ],
    warnings: [],
    secrets: [WORK.secrets.token, SECRET, KEY, ...HOOK.secrets],
  });
  expect((await stat(file.path)).mode & 0o777).toBe(0o600);
  for (const shown of [JSON.stringify(stored), inspect(stored, { depth: 9 })])
    for (const secret of [SECRET, "PRIVATE KEY", HOOK.secrets[0] ?? "", WORK.secrets.token ?? ""])
      expect(shown).not.toContain(secret);
});

test("a forge is changed and removed, its hooks with it", async () => {
  await file.save(WORK);
  await file.addHook(WORK, HOOK);
  await file.addHook(giteaSetting(), HOOK);
  const changed = { ...WORK, secrets: { ...WORK.secrets, token: "1".repeat(40) } };
  await file.save(changed);
  expect(await file.load()).toMatchObject({ forges: [changed], hooks: [{}, {}] });
  expect([await file.remove("work"), await file.remove("work")]).toEqual([true, false]);
  expect(await file.load()).toMatchObject({ forges: [], hooks: [{ forge: "gitea" }] });
});

test("a hook is changed and removed", async () => {
  await file.save(WORK);
  await expect(file.replaceHook(WORK, HOOK)).rejects.toMatchObject({ code: "not_found" });
  await file.addHook(WORK, HOOK);
  await expect(file.addHook(WORK, HOOK)).rejects.toMatchObject({ code: "conflict" });
  await file.replaceHook(WORK, { ...HOOK, secrets: ["a newer secret than that", ...HOOK.secrets] });
  expect((await file.load()).hooks[0]?.secrets).toEqual([
    "a newer secret than that",
    ...HOOK.secrets,
  ]);
  expect(await file.removeHook("other", HOOK.id)).toBe(false);
  expect(await file.removeHook("work", HOOK.id)).toBe(true);
  expect((await file.load()).hooks).toEqual([]);
});

test.each([
  ["the environment's name", { name: "gitea" }],
  ["the environment's host", { url: "http://git.example.org/other" }],
  ["another one's host", { name: "third" }],
  ["another server under its own name", { url: "https://elsewhere.example.org" }],
])("a forge with %s is refused", async (_, change) => {
  await file.save(WORK);
  await expect(file.save({ ...WORK, ...change })).rejects.toMatchObject({ code: "conflict" });
  expect((await file.load()).forges).toEqual([WORK]);
});

test.each(["", "-work", "Work", "a/b", "..", "__proto__", "x".repeat(32)])(
  "a forge cannot be called %j",
  async (name) => {
    await expect(file.save({ ...WORK, name })).rejects.toMatchObject({ code: "invalid" });
  },
);

test("several processes' changes are all there in the end", async () => {
  const names = ["a", "b", "c", "d", "e"];
  await Promise.all(
    names.map((name) =>
      createForgeFile(home, []).save({ ...WORK, name, url: `https://${name}.example.org` }),
    ),
  );
  expect((await file.load()).forges.map(({ name }) => name).toSorted()).toEqual(names);
});

describe("of what somebody wrote", () => {
  const work = { kind: "gitea", url: "https://w.example.org", token: "t".repeat(20) };
  const app = { id: 1, privateKey: KEY };
  const hub = { kind: "github", url: "https://github.com" };
  test.each<[string, unknown]>([
    ["no object", "work"],
    ["no kind", { ...work, kind: "gitlab" }],
    ["an inherited kind", { url: work.url, token: work.token }],
    ["no address", { ...work, url: "w.example.org" }],
    ["credentials in the address", { ...work, url: "https://a:hunter22@w.example.org" }],
    ["no token", { ...work, token: undefined }],
    ["a token with a line break", { ...work, token: "hunter22\n" }],
    ["a field that is not known", { ...work, tokens: [] }],
    ["a secret that is too short", { ...work, webhookSecrets: ["hunter22"] }],
    ["secrets that are no list", { ...work, webhookSecrets: SECRET }],
    ["an App on Gitea", { ...work, token: undefined, app, accounts: ["acme"] }],
    ["a permission token on GitHub", { ...hub, token: "x", permissionToken: "x" }],
    ["an App for everybody", { ...hub, app }],
    ["an App without a key", { ...hub, app: { id: 1 }, accounts: ["acme"] }],
    ["a key of another kind", { ...hub, app: { id: 1, privateKey: otherKey() }, accounts: ["a"] }],
    ["an App and a token", { ...hub, app, accounts: ["acme"], token: "x" }],
    ["a number that is none", { ...hub, app: { ...app, id: -1 }, accounts: ["acme"] }],
    ["the environment's host", { ...work, url: "https://git.example.org" }],
  ])("a forge with %s is left out by its name, and the others hold", async (_, forge) => {
    await put({ forges: { bad: forge, good: work } });
    const { forges, warnings } = await file.load();
    expect(forges.map(({ name }) => name)).toEqual(["good"]);
    expect(warnings).toEqual([
      expect.stringMatching(/^forges\.json: the forge "bad" is left out: /),
    ]);
    expect(warnings.join()).not.toMatch(/hunter22|PRIVATE KEY/);
  });

  const hook = {
    forge: "gitea",
    instance: "git.example.org",
    id: "0123456789abcdef",
    scope: "acme",
    scopeId: 1,
    secrets: ["a secret of the hook's own"],
  };
  test.each<[string, object]>([
    ["of a forge that is gone", { forge: "work" }],
    ["of what was another server", { instance: "old.example.org" }],
    ["with an odd id", { id: "0123456789ABCDEF" }],
    ["with a path as scope", { scope: "a/b/c" }],
    ["with an odd scope", { scope: "../x" }],
    ["without what the forge calls it", { scopeId: 0 }],
    ["without a secret", { secrets: [] }],
    ["with an odd instance", { instance: "a/b" }],
  ])("a hook %s is left out, and the others hold", async (_, change) => {
    await put({ hooks: [{ ...hook, id: "f".repeat(16), ...change }, hook] });
    const { hooks, warnings } = await file.load();
    expect(hooks).toEqual([{ ...hook, remoteId: undefined }]);
    expect(warnings).toEqual([expect.stringContaining("is left out")]);
  });

  test("a bad entry survives the change of another one", async () => {
    await put({ forges: { bad: { kind: "gitlab" } }, hooks: [{ half: true }] });
    await file.save(WORK);
    await file.addHook(WORK, HOOK);
    const { warnings, ...stored } = await file.load();
    expect(stored).toMatchObject({ forges: [{ name: "work" }], hooks: [{ forge: "work" }] });
    expect(warnings).toHaveLength(2);
  });

  test.each(["{", "[]", "null", '{"forges": []}', '{"hooks": {}}', '{"token": "hunter22"}'])(
    "%j is no such file: nothing is read, nothing is overwritten, nothing is quoted",
    async (text) => {
      await put(text);
      for (const attempt of [() => file.load(), () => file.save(WORK)])
        await expect(attempt()).rejects.toMatchObject({
          code: "failed",
          message: expect.not.stringContaining("hunter22") as string,
        });
      expect(await readFile(file.path, "utf8")).toBe(text);
    },
  );

  test.each([0o640, 0o604])("a file of mode %o is refused", async (mode) => {
    await put({ forges: { work } }, mode);
    await expect(file.load()).rejects.toMatchObject({
      code: "forbidden",
      hint: expect.stringContaining("chmod 600") as string,
    });
    await expect(file.save(WORK)).rejects.toMatchObject({ code: "forbidden" });
  });
});

test("every secret in it is told for the mask, of what is left out too, and not shown", async () => {
  await put({
    forges: {
      gitea: { ...printed(WORK), token: "of a name that is taken" },
      bad: { kind: "svn", token: "of a kind that is none", webhookSecrets: ["a list's own", 5] },
      worse: { app: { id: 7, privateKey: "not a key" }, url: "https://hub.example.org" },
    },
    hooks: [{ secrets: ["of half a hook"] }, null, "text"],
  });
  const { forges, hooks, warnings, secrets } = await file.load();
  expect([forges, hooks]).toEqual([[], []]);
  expect([...secrets]).toEqual([
    "of a name that is taken",
    SECRET,
    "of a kind that is none",
    "a list's own",
    "not a key",
    "of half a hook",
  ]);
  const shown = `${inspect(secrets)} ${JSON.stringify(secrets)} ${warnings.join(" ")}`;
  for (const secret of secrets) expect(shown).not.toContain(secret);
});
