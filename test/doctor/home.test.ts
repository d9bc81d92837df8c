import { chmodSync, existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { disk, files, home } from "../../src/doctor/home.ts";
import { look, newHome, temporaryDirectory } from "./installation.ts";

test("a home that is not there is no problem, and is not made", async () => {
  const KUGETSU_HOME = join(temporaryDirectory(), "a/b");
  expect(await look(home, { KUGETSU_HOME })).toMatchObject([{ status: "warning" }]);
  expect(await look(files, { KUGETSU_HOME })).toEqual([]);
  expect(await look(disk, { KUGETSU_HOME, MIN_FREE_DISK: "0" })).toMatchObject([{ status: "ok" }]);
  expect(existsSync(KUGETSU_HOME)).toBe(false);
});

test("a home as kugetsu makes it is well", async () => {
  const KUGETSU_HOME = newHome({ "env/default.env": "A=1\n" });
  for (const check of [home, files])
    expect(await look(check, { KUGETSU_HOME })).toMatchObject([{ status: "ok" }]);
});

test("a file in the place of the home is a problem", async () => {
  const KUGETSU_HOME = join(temporaryDirectory(), "home");
  writeFileSync(KUGETSU_HOME, "");
  expect(await look(home, { KUGETSU_HOME })).toMatchObject([{ status: "problem" }]);
});

test("modes that let others in are told, with the command, and left as they are", async () => {
  const KUGETSU_HOME = newHome({ "env/default.env": "A=1\n", config: "", "kugetsu.db": "" });
  const file = join(KUGETSU_HOME, "env/default.env");
  const config = join(KUGETSU_HOME, "config");
  chmodSync(config, 0o640);
  chmodSync(KUGETSU_HOME, 0o755);
  chmodSync(file, 0o644);
  expect(await look(home, { KUGETSU_HOME })).toMatchObject([
    { status: "warning", advice: `chmod 700 ${KUGETSU_HOME}` },
  ]);
  expect(await look(files, { KUGETSU_HOME })).toMatchObject([
    { status: "warning", detail: expect.stringContaining("0640"), advice: `chmod 600 ${config}` },
    { status: "warning", detail: expect.stringContaining("0644"), advice: `chmod 600 ${file}` },
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o644);
  expect(statSync(config).mode & 0o777).toBe(0o640);
});

test("a disk with less room than a turn needs is a problem", async () => {
  const KUGETSU_HOME = newHome();
  expect(await look(disk, { KUGETSU_HOME, MIN_FREE_DISK: "1000T" })).toMatchObject([
    { status: "problem", detail: expect.stringContaining("no turn begins") },
  ]);
});
