import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { currentOwner } from "../../../src/kugetsu/db/owner.ts";
import { copiesOfEtc } from "../../../src/kugetsu/sandbox/etc.ts";

let root: string;
let etc: string;
let copies: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kugetsu-etc-"));
  etc = join(root, "etc");
  copies = join(root, "copies");
  await mkdir(join(etc, "ssl/private"), { recursive: true });
  await chmod(join(etc, "ssl/private"), 0o710);
  await writeFile(join(etc, "ssl/private/key"), "a key");
  await writeFile(join(etc, "ssl/openssl.cnf"), "settings");
  await writeFile(join(etc, "shadow"), "hashes", { mode: 0o640 });
  await writeFile(join(etc, "passwd"), "walter:x:1001:");
  await symlink("/usr/share/zoneinfo/UTC", join(etc, "localtime"));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

test("a copy has what everybody may read, and nothing else", async () => {
  await using of = await copiesOfEtc(copies, etc);
  const copy = await of.current();
  expect((await readdir(copy)).toSorted()).toEqual(["group", "localtime", "passwd", "ssl"]);
  expect(await readdir(join(copy, "ssl"))).toEqual(["openssl.cnf"]);
  expect(await readlink(join(copy, "localtime"))).toBe("/usr/share/zoneinfo/UTC");
  const passwd = await readFile(join(copy, "passwd"), "utf8");
  expect(passwd).toContain("agent:x:1000:");
  expect(passwd).not.toContain("walter");
});

test("there is another copy only when something has changed, and the old one stays", async () => {
  await using of = await copiesOfEtc(copies, etc);
  const first = await of.current();
  expect(await of.current()).toBe(first);
  await writeFile(join(etc, "hosts"), "127.0.0.1 localhost");
  const second = await of.current();
  expect(second).not.toBe(first);
  expect(existsSync(join(second, "hosts"))).toBe(true);
  expect(existsSync(join(first, "hosts"))).toBe(false);
});

test("copies go with who made them, at the latest when another one comes", async () => {
  const left = join(copies, "left");
  await mkdir(left, { recursive: true });
  const owner = { ...currentOwner(""), pid: 999_999_999 };
  await writeFile(join(left, "owner.json"), JSON.stringify(owner));
  const of = await copiesOfEtc(copies, etc);
  await of.current();
  expect(await readdir(copies)).toHaveLength(1);
  await of[Symbol.asyncDispose]();
  expect(await readdir(copies)).toEqual([]);
});

test("a copy that somebody removed is made again, and one that another machine uses is left alone", async () => {
  const elsewhere = join(copies, "elsewhere");
  await mkdir(elsewhere, { recursive: true });
  const owner = { host: "another", pid: process.pid };
  await writeFile(join(elsewhere, "owner.json"), JSON.stringify(owner));
  await using of = await copiesOfEtc(copies, etc);
  const first = await of.current();
  await rm(first, { recursive: true });
  const second = await of.current();
  expect(existsSync(join(second, "passwd"))).toBe(true);
  expect(existsSync(elsewhere)).toBe(true);
});

test("a copy that another process is just beginning is left alone", async () => {
  const begun = join(copies, "begun");
  await mkdir(begun, { recursive: true });
  await using _of = await copiesOfEtc(copies, etc);
  expect(existsSync(begun)).toBe(true);
});
