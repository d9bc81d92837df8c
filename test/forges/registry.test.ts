import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createForgeFile } from "../../src/forges/file.ts";
import { type ForgeRegistry, openForgeRegistry } from "../../src/forges/registry.ts";
import { PKCS1, PKCS8 } from "../forge/github/keys.ts";
import { replay } from "../forge/github/replay.ts";
import { giteaSetting, SECRET } from "./setting.ts";

const WORK = giteaSetting({
  name: "work",
  url: "https://work.example.org",
  from: "file",
  token: "w".repeat(40),
  webhook: ["the secret of the forge at work"],
});
const HOOK = {
  id: "0123456789abcdef",
  scope: "acme",
  scopeId: 9,
  remoteId: 1,
  secrets: ["a secret of the hook's own"],
};

let home: string;
let learned: string[];
let warnings: string[];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "kugetsu-registry-"));
  onTestFinished(() => rm(home, { recursive: true }));
  learned = [];
  warnings = [];
});

const open = (): Promise<ForgeRegistry> =>
  openForgeRegistry({
    home,
    environment: [giteaSetting()],
    learn: (secret) => learned.push(secret),
    warn: (message) => warnings.push(message),
  });
const file = () => createForgeFile(home, [giteaSetting()]);
const names = (registry: ForgeRegistry) => registry.all().map(({ setting }) => setting.name);

test("has the environment's forges and the stored ones, by name and by host", async () => {
  await file().save(WORK);
  const forges = await open();
  expect(names(forges)).toEqual(["gitea", "work"]);
  expect(forges.get("work")?.setting).toEqual(WORK);
  expect(forges.at("work.example.org")?.forge).toBe(forges.forge("work"));
  expect(forges.at("work.example.org:443")).toBeUndefined();
  for (const name of ["none", "constructor", ""]) expect(forges.get(name)).toBeUndefined();
  expect(() => forges.forge("none")).toThrow(expect.objectContaining({ code: "unavailable" }));
});

test("follows the file, and keeps the adapter of what did not change", async () => {
  const forges = await open();
  const gitea = forges.forge("gitea");
  await file().save(WORK);
  await file().addHook(giteaSetting(), HOOK);
  await forges.current();
  expect(names(forges)).toEqual(["gitea", "work"]);
  expect(forges.forge("gitea")).toBe(gitea);
  expect(forges.get("gitea")?.setting.hooks).toMatchObject([HOOK]);
  expect(forges.get("work")?.setting.hooks).toEqual([]);
  const work = forges.forge("work");
  await file().save({
    ...WORK,
    secrets: { ...WORK.secrets, webhook: ["yet another secret here"] },
  });
  await forges.current();
  expect(forges.forge("work")).toBe(work);
  await file().save({ ...WORK, secrets: { ...WORK.secrets, token: "n".repeat(40) } });
  await forges.current();
  expect(forges.forge("work")).not.toBe(work);
  await file().remove("work");
  await forges.current();
  expect(names(forges)).toEqual(["gitea"]);
});

test("tells every secret, and a hook's too, for the mask", async () => {
  await file().save(WORK);
  await file().addHook(WORK, HOOK);
  await open();
  for (const secret of [
    SECRET,
    "0".repeat(40),
    "w".repeat(40),
    ...WORK.secrets.webhook,
    ...HOOK.secrets,
  ])
    expect(learned).toContain(secret);
});

test("tells an App's key in both forms, and each of its tokens", async () => {
  await using server = await replay([
    {
      path: "/repos/olivia/shop/installation",
      answer: { id: 30, account: { id: 1, login: "olivia" } },
    },
    {
      method: "POST",
      path: "/app/installations/30/access_tokens",
      answer: { token: "ghs_0123456789" },
    },
  ]);
  const app = { id: 77, privateKey: PKCS1 };
  const hub = { name: "hub", kind: "github", url: server.url, accounts: ["olivia"], app } as const;
  await file().save({
    ...giteaSetting(hub),
    secrets: { ...giteaSetting(hub).secrets, token: undefined },
  });
  const tokens: string[] = [];
  const forges = await openForgeRegistry({
    home,
    environment: [],
    learn: (secret) => learned.push(secret),
    learnToken: (token) => tokens.push(token),
    warn: (message) => warnings.push(message),
  });
  expect(learned).toEqual(expect.arrayContaining([PKCS1, PKCS8]));
  await forges.forge("hub").credentials("olivia", "shop");
  expect(tokens).toEqual(["ghs_0123456789"]);
});

test("warns once of what is left out, and of a file that cannot be read, which changes nothing", async () => {
  await file().save(WORK);
  await writeFile(
    join(home, "forges.json"),
    JSON.stringify({ forges: { work: { kind: "x", token: "the token of what is left out" } } }),
  );
  const forges = await open();
  await forges.current();
  expect(warnings).toEqual([expect.stringContaining('"work" is left out')]);
  expect(learned).toContain("the token of what is left out");
  expect(names(forges)).toEqual(["gitea"]);
  await file().save(WORK);
  await forges.current();
  await writeFile(join(home, "forges.json"), "{");
  await forges.current();
  await forges.current();
  expect(warnings.slice(1)).toEqual([expect.stringContaining("still hold")]);
  expect(names(forges)).toEqual(["gitea", "work"]);
});

test("uses nothing of a file that others may read", async () => {
  await file().save(WORK);
  await chmod(join(home, "forges.json"), 0o644);
  const forges = await open();
  expect(names(forges)).toEqual(["gitea"]);
  expect(warnings).toEqual([expect.stringContaining("open to other users (0644)")]);
});
